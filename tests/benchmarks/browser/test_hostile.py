"""A thousand requests that no page sends: each is answered with a clear 4xx, and nothing of it is kept or obeyed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = 350  # of each of three tests

Serve = Callable[..., Any]

_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.sampled_from(["block", "hello", "1e999"])
)  # fmt: skip
_anything = st.recursive(
    _scalars, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip

# Whole events of which one field is anything.
_BLOCK = {
    "seq": 1, "at_ms": 1.0, "type": "block", "model": 0, "threads": 1, "number": 0, "begin_ms": 1.0, "reference_ms": [1.0],
    "reference_after_ms": [], "samples_ms": [1.0], "hidden": False,
}  # fmt: skip
_altered = st.tuples(st.sampled_from(sorted(_BLOCK)), _anything).map(
    lambda change: {**_BLOCK, change[0]: change[1]}
)

_segments = st.one_of(
    st.sampled_from(["..", "%2e%2e", "static", "models", "images", "devices", "etc", "passwd", "%00", "a%2fb", "//", "*"]),
    st.text(max_size=12),
)  # fmt: skip

_settings = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@pytest.fixture
def server(serve: Serve) -> Any:
    return serve()


def _json(document: Any) -> bytes:
    return json.dumps(document).encode(
        "utf-8", "surrogatepass"
    )  # NaN and Infinity, which Python's parser takes


@_settings
@given(
    body=st.one_of(st.binary(max_size=200), _anything.map(_json)),
    path=st.sampled_from(["/devices", "/devices/x/events"]),
)
def test_any_body_is_an_error_or_a_name(server: Any, body: bytes, path: str) -> None:
    answer = server.post(path, body)
    assert answer.status in (404, 422, 429) or (answer.status == 201 and set(json.loads(body)) == {"name"})
    if answer.status != 201:
        assert answer.json()["error"]


@_settings
@given(events=st.lists(st.one_of(_altered, _anything), min_size=1, max_size=3))
def test_any_events_are_refused_unless_they_are_whole(server: Any, events: list[Any]) -> None:
    device = next(iter(server.session.phones), None) or server.register()
    phone = server.session.phones[device]
    before = len(phone.events)
    answer = server.post(f"/devices/{device}/events", _json({"events": events}))
    assert answer.status in (200, 422)
    if answer.status == 422:
        assert len(answer.json()["error"]) <= 400
        assert len(phone.events) == before
    else:
        assert all(set(event) == set(_BLOCK) for event in events)
    json.dumps(answer.json(), allow_nan=False)


@_settings
@given(
    segments=st.lists(_segments, max_size=5),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]),
    inside=st.booleans(),
)
def test_any_path_reads_no_file(server: Any, segments: list[str], method: str, inside: bool) -> None:
    root, server.root = server.root, server.root if inside else ""
    try:
        answer = server.get("/" + "/".join(segments), method=method)
    finally:
        server.root = root
    assert answer.status in (200, 307, 404, 405, 422)
    assert b"secret" not in answer.body
    assert b"root:" not in answer.body
    if answer.status == 200:
        assert inside


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("origin", "https://evil.example")], 403),
        ([("origin", "null")], 403),
        ([("host", "evil.example")], 421),
    ],
    ids=["another site's page", "an opaque origin", "rebinding"],
)
def test_pages_of_others_get_nothing(server: Any, headers: list[tuple[str, str]], status: int) -> None:
    assert server.get("/config.json", headers=headers).status == status
