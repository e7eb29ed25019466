"""What is read of a page's words, and what is refused."""

import dataclasses
import json
import math
from typing import Any

import pytest

from edgesmith.benchmarks.browser.events import (
    MAX_EVENTS,
    EventError,
    Hello,
    Mark,
    Turn,
    read_event,
    read_events,
    read_registration,
)

# One of each, as the page's side of the contract has them (benchmarks/page): names and types must not drift apart.
CONTRACT = """
{"seq": 1, "at_ms": 12.5, "type": "hello", "time_origin_ms": 1763813000000.2, "user_agent": "Mozilla/5.0", "platform": "Android 16",
 "phone_model": "Pixel 8", "cores": 8, "isolated": true, "shared_array_buffer": true, "timer_tick_ms": 0.005,
 "engine": {"litert": {"version": "2.5.3", "build": "threaded"}}, "wake_lock": true,
 "viewport": {"width": 412, "height": 915, "pixel_ratio": 2.625}, "page_version": "0.1.0", "sequential": false}
{"seq": 2, "at_ms": 20, "type": "loaded", "model": 0, "threads_asked": 2, "threads": 2, "engine": "litert", "build": "threaded",
 "load_ms": 301.2, "download_ms": 80}
{"seq": 3, "at_ms": 20, "type": "failed", "model": 1, "threads_asked": 1, "stage": "load", "message": "out of\\nmemory"}
{"seq": 4, "at_ms": 21, "type": "golden", "model": 0, "threads": 2, "verdict": "identical", "max_abs_difference": 0}
{"seq": 5, "at_ms": 21, "type": "golden", "model": 0, "threads": 1, "verdict": "different", "max_abs_difference": null}
{"seq": 6, "at_ms": 22, "type": "warmup", "model": 0, "threads": 2, "samples_ms": [31.5, 10.25]}
{"seq": 7, "at_ms": 23, "type": "block", "model": 0, "threads": 2, "number": 0, "begin_ms": 22.5, "reference_ms": [2.1, 2.2],
 "reference_after_ms": [], "samples_ms": [10.5], "hidden": false}
{"seq": 8, "at_ms": 24, "type": "hidden"}
{"seq": 9, "at_ms": 24, "type": "visible"}
{"seq": 10, "at_ms": 24, "type": "void"}
{"seq": 11, "at_ms": 25, "type": "done"}
{"seq": 12, "at_ms": 25, "type": "left"}
"""


def _contract() -> list[dict[str, Any]]:
    decoder, text, found = json.JSONDecoder(), CONTRACT.strip(), []
    while text:
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:].strip()
    return found


EXAMPLES = {f"{one['type']} {one['seq']}": one for one in _contract()}
BLOCK = next(one for one in _contract() if one["type"] == "block")


@pytest.mark.parametrize("document", EXAMPLES.values(), ids=EXAMPLES)
def test_the_contracts_events_are_read_and_written_back(document: dict[str, Any]) -> None:
    event = read_event(document)
    written = json.loads(json.dumps(dataclasses.asdict(event)))
    assert {key: written[key] for key in document} == document
    assert read_event(written) == event  # which is how a journal is read


@pytest.mark.parametrize("document", EXAMPLES.values(), ids=EXAMPLES)
def test_no_field_but_optional_ones_may_be_left_out_and_none_added(document: dict[str, Any]) -> None:
    optional = {"platform", "phone_model", "sequential"}
    for name in set(document) - optional:
        with pytest.raises(EventError):
            read_event({key: value for key, value in document.items() if key != name})
    with pytest.raises(EventError, match="unknown"):
        read_event({**document, "extra": 1})


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 0}, {"seq": 1.0}, {"seq": True}, {"seq": 10**7}, {"seq": "1"}, {"at_ms": math.nan}, {"at_ms": -1},
        {"model": -1}, {"model": 1000}, {"threads": 0}, {"threads": 257}, {"number": -1}, {"hidden": 0},
        {"samples_ms": [math.inf]}, {"samples_ms": [-1]}, {"samples_ms": [0]}, {"samples_ms": [1e8]}, {"samples_ms": [10**400]},
        {"samples_ms": [True]}, {"samples_ms": "1"}, {"samples_ms": [1.0] * 20_001}, {"samples_ms": {"0": 1}},
        {"reference_ms": []}, {"reference_ms": [0]}, {"reference_ms": [1.0] * 51}, {"type": "bang"}, {"type": None},
        {"type": ["block"]}, {"begin_ms": 1e11},
    ],
    ids=lambda change: str(change)[:40],
)  # fmt: skip
def test_what_is_beyond_a_limit_is_refused_by_its_number(change: dict[str, Any]) -> None:
    with pytest.raises(EventError) as caught:
        read_event({**BLOCK, **change})
    assert caught.value.seq == (None if "seq" in change else BLOCK["seq"])


@pytest.mark.parametrize(
    "change",
    [
        {"user_agent": "a" * 501},
        {"user_agent": "a\x1b[2J"},
        {"phone_model": "a\nb"},
        {"phone_model": "\ud800"},
        {"engine": {"torch": {"version": "1", "build": "compat"}}},
        {"engine": {"litert": {"version": "<b>", "build": "compat"}}},
        {"engine": {"litert": {"version": "2.5.3", "build": "fast"}}},
        {"engine": {"litert": "2.5.3"}},
        {"engine": []},
        {"viewport": {"width": 1, "height": 1}},
        {"cores": -1},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_hello_that_no_browser_says_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(EventError):
        read_event({**EXAMPLES["hello 1"], **change})


def test_kinds() -> None:
    events = read_events({"events": _contract()})
    assert isinstance(events[0], Hello)
    assert isinstance(events[6], Turn)
    assert events[-1] == Mark(seq=12, at_ms=25.0, type="left")


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"events": {}}, {"events": [], "more": 1}, {"events": [1]}, {"events": [{}] * (MAX_EVENTS + 1)}],
    ids=lambda document: str(document)[:30],
)  # fmt: skip
def test_bodies_that_are_no_events_are_refused(document: Any) -> None:
    with pytest.raises(EventError):
        read_events(document)


def test_a_name_is_trimmed() -> None:
    assert read_registration({"name": " Ada's  phone "}).name == "Ada's  phone"


@pytest.mark.parametrize(
    "document",
    [{}, {"name": ""}, {"name": "  "}, {"name": "a" * 61}, {"name": 1}, {"name": "a\x07"}, {"name": "a", "id": 1}, [], "a"],
    ids=str,
)  # fmt: skip
def test_bad_names_are_refused(document: Any) -> None:
    with pytest.raises(EventError):
        read_registration(document)
