"""Whatever a phone says within the limits, the others' results are written, and its own is one or says why there is none."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgesmith.benchmarks.browser.outcome import Work, outcome
from edgesmith.benchmarks.report.charts.all import charts_of
from edgesmith.benchmarks.report.charts.drawing import PICTURE
from edgesmith.benchmarks.report.render import render_html, render_markdown
from edgesmith.benchmarks.report.table import terminal_table
from edgesmith.benchmarks.report.verdict import verdict
from edgesmith.runtime.errors import DeviceError

_times = st.sampled_from([1e-4, 0.1, 1.0, 12.5, 1e7])
_small = st.integers(min_value=0, max_value=2)
_threads = st.integers(min_value=1, max_value=2)
_events = st.lists(
    st.one_of(
        st.fixed_dictionaries({"type": st.sampled_from(["hidden", "visible", "done", "left", "void"])}),
        st.fixed_dictionaries({"type": st.just("hello"), "time_origin_ms": st.sampled_from([0.0, 1.8e12, 1e14])}),
        st.fixed_dictionaries(
            {
                "type": st.just("loaded"), "model": _small, "threads": _threads, "threads_asked": _threads,
                "engine": st.sampled_from(["litert", "onnxruntime-web"]), "build": st.just("compat"), "load_ms": _times,
                "download_ms": st.just(0.0),
            }
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("golden"), "model": _small, "threads": _threads,
                "verdict": st.sampled_from(["identical", "within", "different"]),
                "max_abs_difference": st.sampled_from([None, 0.0, 1e-6, 1e9]),
            }
        ),
        st.fixed_dictionaries(
            {"type": st.just("failed"), "model": _small, "threads_asked": _threads, "stage": st.just("load"), "message": st.text(max_size=50)}
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("block"), "model": _small, "threads": _threads, "number": _small,
                "begin_ms": st.sampled_from([0.0, 5.0, 1e10]), "reference_ms": st.lists(_times, min_size=1, max_size=3),
                "reference_after_ms": st.lists(_times, max_size=2), "samples_ms": st.lists(_times, max_size=4),
                "hidden": st.booleans(),
            }
        ),
    ),
    max_size=25,
)  # fmt: skip


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(events=_events)
def test_any_story_has_an_end(scripted: Callable[[], Any], work: Work, events: list[dict[str, Any]]) -> None:
    phone = scripted()
    for event in events:
        fields = {key: value for key, value in event.items() if key != "type"}
        phone.hello(**fields) if event["type"] == "hello" else phone.say(event["type"], **fields)
    result = None
    with TemporaryDirectory() as folder, suppress(DeviceError):
        result = outcome(phone.kept(Path(folder)), work)
    if result is None:
        return
    result.to_json().encode()
    assert verdict(result)
    assert all(line.isprintable() for line in terminal_table(result).split("\n"))
    charts = charts_of(result)
    for chart in charts:
        chart.spec(PICTURE)
    render_markdown(result, charts)


def test_extremes_are_drawn(scripted: Callable[[], Any], work: Work, tmp_path: Path) -> None:
    phone = scripted()
    phone.hello(time_origin_ms=1e14)
    phone.load(0, 1)
    phone.load(1, 2)
    for number, time in enumerate([1e-4, 1e7, 1.0, 1e7]):
        phone.block(0, 1, number, samples_ms=[time, 1e-4], reference_ms=[time], begin_ms=1e10 - number)
        phone.block(1, 2, number, samples_ms=[1e-4], reference_ms=[1e7])
    result = outcome(phone.kept(tmp_path), work)
    assert "<svg" in render_html(result, charts_of(result))
