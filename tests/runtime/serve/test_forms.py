import time
from collections.abc import Callable
from typing import Any

import pytest

from edgesmith.runtime.serve.forms import parts_named
from edgesmith.runtime.web.problems import RefusedError

TYPE = "multipart/form-data; boundary=a"
HEAD = b'--a\r\nContent-Disposition: form-data; name="image"\r\n\r\n'


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"\r\n", b"\r\n\r\n", b"x--a", b"\n--a--", b"\r\n--b\r\n", b"\0\xff"],
    ids=repr,
)
def test_contents_are_kept_to_the_byte(content: bytes) -> None:
    assert parts_named("image", TYPE, HEAD + content + b"\r\n--a--\r\n") == [content]


def test_all_parts_of_the_name_in_order(form: Callable[..., Any]) -> None:
    body, headers = form(("image", b"1"), ("other", b"2"), ("image", b"3"))
    assert parts_named("image", headers["content-type"], body) == [b"1", b"3"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param('multipart/form-data; boundary="a"', HEAD + b"x\r\n--a--", id="quoted boundary"),
        pytest.param("multipart/form-data; charset=utf-8; boundary=a", HEAD + b"x\r\n--a--", id="parameters"),
        pytest.param(TYPE, b"preamble\r\n" + HEAD + b"x\r\n--a--\r\nepilogue\r\n--a\r\n", id="around it"),
        pytest.param(TYPE, HEAD.replace(b"--a\r\n", b"--a \t\r\n") + b"x\r\n--a--", id="padding"),
        pytest.param(TYPE, HEAD.replace(b"Content-D", b"content-d") + b"x\r\n--a--", id="lower case"),
        pytest.param(
            TYPE, HEAD.replace(b'"image"', b"image; filename=y") + b"x\r\n--a--", id="unquoted name"
        ),
    ],
)
def test_ways_to_write_it(content_type: str, body: bytes) -> None:
    assert parts_named("image", content_type, body) == [b"x"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param("multipart/form-data", HEAD, id="no boundary"),
        pytest.param("multipart/form-data; boundary=", HEAD, id="empty boundary"),
        pytest.param("multipart/form-data; boundary=" + "a" * 5000, HEAD, id="long boundary"),
        pytest.param("multipart/form-data; boundary=\xff\xfe", HEAD, id="boundary of bytes"),
        pytest.param("multipart/form-data; boundary*=undefined''a", HEAD, id="codec that decodes nothing"),
        pytest.param("multipart/form-data; boundary*=idna''%ff", HEAD, id="codec that replaces nothing"),
        pytest.param(f"multipart/form-data; boundary*{'9' * 5000}=a", HEAD, id="boundary of many pieces"),
        pytest.param(TYPE, HEAD.replace(b"name", b"name*" + b"9" * 5000), id="name of many pieces"),
        pytest.param(TYPE, b"", id="no body"),
        pytest.param(TYPE, b"--b\r\n\r\n", id="another boundary"),
        pytest.param(TYPE, b"--a\r\nContent-", id="half a header"),
        pytest.param(TYPE, HEAD + b"x", id="no end"),
        pytest.param(TYPE, HEAD + b"\r\n--ab--", id="another boundary that begins alike"),
        pytest.param(TYPE, b"--a\r\n" + b"X: y\r\n" * 5000 + b"\r\nx\r\n--a--", id="many headers"),
        pytest.param(TYPE, (HEAD + b"x\r\n") * 17 + b"--a--", id="many parts"),
    ],
)
def test_malformed(content_type: str, body: bytes) -> None:
    with pytest.raises(RefusedError) as raised:
        parts_named("image", content_type, body)
    assert raised.value.status == 400
    assert raised.value.tip is not None


@pytest.mark.parametrize(
    "disposition",
    [b"form-data; name=\xff\xfe", b"form-data; name*=utf-8''image%ff", b"form-data", b"", b"\0", b"x" * 8000],
    ids=lambda value: repr(value[:30]),
)
def test_odd_names_are_other_names(disposition: bytes) -> None:
    body = b"--a\r\nContent-Disposition: " + disposition + b"\r\n\r\nx\r\n--a--"
    assert parts_named("image", TYPE, body) == []


@pytest.mark.parametrize("repeated", [b"\r\n--", b"\r\n--\r\n", b"\r\n\r\n", b"-", b"\r\n--ab"], ids=repr)
def test_what_is_made_to_take_long_takes_milliseconds(repeated: bytes) -> None:
    body = HEAD + repeated * (20_000_000 // len(repeated))
    began = time.process_time()
    with pytest.raises(RefusedError):
        parts_named("image", TYPE, body)
    assert time.process_time() - began < 1
