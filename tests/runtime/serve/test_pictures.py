from collections.abc import Callable
from typing import Any

import pytest

from edgesmith.runtime.serve.pictures import picture_of, require_content_type
from edgesmith.runtime.web.problems import RefusedError

PNG = b"\x89PNG\r\n\x1a\n..."


@pytest.mark.parametrize("content_type", ["image/png", "IMAGE/JPEG", "image/x-thing; a=b"])
def test_a_body_is_the_picture(content_type: str) -> None:
    require_content_type(content_type)
    assert picture_of(content_type, PNG) is PNG


@pytest.mark.parametrize("content_type", ["", "text/html", "multipart/mixed", "images/png", "a/image/png"])
def test_other_content_types(content_type: str) -> None:
    with pytest.raises(RefusedError) as raised:
        require_content_type(content_type)
    assert raised.value.status == 415


def test_the_part_of_a_form(form: Callable[..., Any]) -> None:
    body, headers = form(("other", b"x"), ("image", PNG))
    assert picture_of(headers["content-type"], body) == PNG


@pytest.mark.parametrize(
    ("parts", "message"),
    [((("picture", PNG),), "0 parts 'image'"), ((("image", PNG), ("image", PNG)), "2 parts 'image'")],
    ids=["none", "two"],
)
def test_other_parts(form: Callable[..., Any], parts: tuple[tuple[str, bytes], ...], message: str) -> None:
    body, headers = form(*parts)
    with pytest.raises(RefusedError, match=message) as raised:
        picture_of(headers["content-type"], body)
    assert raised.value.status == 400
