"""From what a phone said to its result: what counts, what does not, and what is missing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.browser.facts import CAVEAT
from edgesmith.benchmarks.browser.outcome import Work, outcome
from edgesmith.benchmarks.report.browserfacts import browser_method
from edgesmith.benchmarks.report.charts.all import charts_of
from edgesmith.benchmarks.report.facts import environment_rows
from edgesmith.benchmarks.report.render import render_html, render_markdown
from edgesmith.benchmarks.report.table import terminal_table
from edgesmith.benchmarks.report.verdict import verdict
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.errors import DeviceError

Scripted = Callable[[], Any]
ResultOf = Callable[[Any], BenchResult]


@pytest.fixture
def whole(scripted: Scripted, result_of: ResultOf) -> BenchResult:
    phone = scripted()
    phone.visit()
    return result_of(phone)


def kinds(result: BenchResult) -> list[str]:
    return [warning.kind for warning in result.warnings]


def test_a_whole_visit_is_a_result_like_any_other(whole: BenchResult, tmp_path: Path) -> None:
    assert whole.plan.device == "browser"
    assert [(run.file, run.engine, run.threads) for run in whole.runs] == [
        ("colours-float32.onnx", "onnxruntime-web 1.30.0", 1),
        ("colours-int8.onnx", "onnxruntime-web 1.30.0", 1),
    ]
    run = whole.runs[0]
    assert run.samples_ms.invoke == run.samples_ms.end_to_end == (10.0, 12.0) * 10
    assert (run.samples_ms.decode, run.summary.phases.decode) == ((), None)
    assert (run.cold_start_ms, run.peak_rss_bytes, run.accuracy) == (None, None, None)
    assert (run.load_ms, run.first_ms, run.warmup_ms) == (300.0, 30.0, (30.0, 11.0, 10.0))
    assert run.browser is not None
    assert (run.browser.golden.state, run.browser.missing_samples) == ("identical", 0)
    assert len(whole.blocks) == 20
    assert [block.begin_s for block in whole.blocks] == sorted(block.begin_s for block in whole.blocks)
    assert whole.browser is not None
    assert (whole.browser.phone, whole.browser.phone_model, whole.browser.missing) == (
        "Ada's phone",
        "Pixel 8",
        (),
    )
    assert whole.browser.done
    assert "missing" not in kinds(whole)
    whole.save(tmp_path / "bench.json")
    assert BenchResult.load(tmp_path / "bench.json") == whole


def test_bench_json_is_what_its_schema_says(whole: BenchResult, conforms: Callable[[str], None]) -> None:
    import json

    conforms(json.loads(whole.to_json()))


def test_every_report_says_first_that_it_is_a_browser(whole: BenchResult) -> None:
    assert verdict(whole)[0] == CAVEAT
    assert CAVEAT in dict(environment_rows(whole))["Device"]
    assert whole.browser is not None
    assert CAVEAT in browser_method(whole.browser, whole)
    charts = charts_of(whole)
    assert {chart.name for chart in charts} == {"distribution", "over-time"}
    for text in (render_html(whole, charts), render_markdown(whole, charts)):
        assert text.index("NOT the times") < text.index("onnxruntime-web")
        assert "browser (WASM), threaded build" in text
        assert "cold start" not in text
    assert "browser (WASM), threaded build" in terminal_table(whole)
    assert not any("this machine" in line for line in verdict(whole))


def test_hidden_samples_are_dropped_and_counted(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.hello()
    phone.load(0, 1)
    phone.load(1, 1)
    for number in range(10):
        if number == 4:
            phone.say("hidden")
        phone.block(0, 1, number, hidden=4 <= number < 6, slow=5.0 if 4 <= number < 6 else 1.0)
        if number == 5:
            phone.say("visible")
        phone.block(1, 1, number)
    phone.say("done")
    result = result_of(phone)
    run = result.runs[0]
    assert run.samples_ms.invoke == (10.0, 12.0) * 8
    assert run.browser is not None
    assert (run.browser.hidden_samples, run.browser.missing_samples) == (4, 4)
    assert {"hidden", "missing"} <= set(kinds(result))
    assert "throttled" not in kinds(result)
    assert result.browser is not None
    assert result.browser.hidden == 1
    assert len(result.blocks) == 18


def test_a_phone_that_left_in_the_middle_keeps_what_it_measured(
    scripted: Scripted, result_of: ResultOf
) -> None:
    phone = scripted()
    phone.visit(blocks=4)
    phone.said.pop()  # it never said that it was done
    phone.say("left")
    result = result_of(phone)
    assert [len(run.samples_ms) for run in result.runs] == [8, 8]
    assert result.browser is not None
    assert not result.browser.done
    gaps = " ".join(result.browser.missing)
    assert "did not finish" in gaps
    assert "colours-int8.onnx, 1 thread: 8 samples, 12 are missing of 20 samples." in gaps
    assert "INCOMPLETE" in verdict(result)[1]


def test_what_was_not_begun_and_what_gave_nothing_are_named(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.hello()
    phone.load(0, 1)
    phone.block(0, 1, 0)
    assert any("colours-int8.onnx, 1 thread, was not begun." in gap for gap in _gaps(result_of(phone)))
    phone.load(1, 1)
    assert any("colours-int8.onnx, 1 thread, was loaded, without" in gap for gap in _gaps(result_of(phone)))


def _gaps(result: BenchResult) -> tuple[str, ...]:
    assert result.browser is not None
    return result.browser.missing


def test_messages_that_never_came_are_counted(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.visit()
    del phone.said[8:10]
    result = result_of(phone)
    assert result.browser is not None
    assert (result.browser.lost_events, result.browser.done) == (2, False)
    assert any("2 of the page's" in gap for gap in _gaps(result))


def test_4x_throttling_in_the_middle_is_flagged(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.hello()
    phone.load(0, 1)
    phone.load(1, 1)
    for number in range(10):
        for model in (0, 1):
            phone.block(model, 1, number, slow=4.0 if number >= 5 else 1.0)
    phone.say("done")
    result = result_of(phone)
    message = next(warning.message for warning in result.warnings if warning.kind == "throttled")
    assert "4.0 times as long as at first" in message
    assert any("NOT fit" in line for line in verdict(result))


def test_a_rise_that_only_the_model_feels_is_flagged(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.hello()
    phone.load(0, 1)
    for number in range(10):
        phone.block(0, 1, number, samples_ms=[20.0 if number >= 5 else 10.0] * 2)
    result = result_of(phone)
    assert "colours-float32.onnx" in next(one.message for one in result.warnings if one.kind == "throttled")


def test_wrong_int8_answers_are_an_error_row_said_first(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.hello()
    phone.load(0, 1)
    phone.load(1, 1, difference=3.0)
    for number in range(10):
        phone.block(0, 1, number)
        phone.block(1, 1, number)
    result = result_of(phone)
    assert [run.file for run in result.runs] == ["colours-float32.onnx"]
    assert "off by up to 3" in result.failed[0].reason
    assert verdict(result)[1].startswith("colours-int8.onnx: WRONG answers")


def test_a_float_that_is_off_is_warned_of(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.hello()
    phone.load(0, 1, difference=0.2)
    phone.block(0, 1, 0)
    result = result_of(phone)
    assert result.warnings[0].kind == "different answers"
    assert "DIFFERENT" in verdict(result)[1]


def test_answers_that_are_no_numbers_are_different(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.hello()
    phone.load(1, 1, difference=None)
    phone.block(1, 1, 0)
    with pytest.raises(DeviceError, match="nothing was measured") as caught:
        result_of(phone)
    assert "no numbers" in str(caught.value)


def test_fewer_threads_than_asked_for_are_a_row_that_says_why(
    scripted: Scripted, work: Work, tmp_path: Path
) -> None:
    import dataclasses

    phone = scripted()
    phone.hello(isolated=False, shared_array_buffer=False)
    phone.load(0, 1)
    phone.say(
        "loaded", model=0, threads_asked=2, threads=1, engine="onnxruntime-web", build="single", load_ms=1.0, download_ms=0.0
    )  # fmt: skip
    phone.block(0, 1, 0)
    asked = dataclasses.replace(work, plan=dataclasses.replace(work.plan, threads=(1, 2)))
    result = outcome(phone.kept(tmp_path), asked)
    assert [(run.threads, len(run.samples_ms)) for run in result.runs] == [(1, 2)]
    assert "1 of 2 threads" in result.failed[0].reason
    assert "no shared memory" in result.failed[0].reason


def test_a_failure_is_a_row_in_the_pages_words_as_text(scripted: Scripted, result_of: ResultOf) -> None:
    evil = "<img src=x onerror=alert(1)>\x1b[2J\ud800\n| x"
    phone = scripted()
    phone.hello()
    phone.load(0, 1)
    phone.block(0, 1, 0)
    phone.say("failed", model=1, threads_asked=1, stage="load", message=evil)
    phone.say("failed", model=700, threads_asked=1, stage="load", message="of no model")
    result = result_of(phone)
    assert len(result.failed) == 1
    charts = charts_of(result)
    page = render_html(result, charts)
    assert "<img" not in page
    assert "&lt;img" in page
    assert "\x1b" not in terminal_table(result)
    assert "\n| x" not in render_markdown(result, charts)


def test_a_reload_of_the_page_goes_on(scripted: Scripted, result_of: ResultOf) -> None:
    phone = scripted()
    phone.visit([(0, 1)], blocks=5)
    phone.said.pop()
    phone.hello(time_origin_ms=1.8e12 + 60_000)
    phone.load(0, 1)
    for number in range(5, 10):
        phone.block(0, 1, number, slow=1.5)  # the kernel's work is sized anew by each load
    phone.say("done")
    run = result_of(phone).runs[0]
    assert [process.samples for process in run.processes] == [10, 10]
    assert run.loads_ms == (300.0, 300.0)
    assert len(run.samples_ms) == 20
    result = result_of(phone)
    assert result.blocks[5].begin_s > 59
    assert not {"throttled", "not quiet"} & set(kinds(result))


def test_a_phone_whose_first_word_was_lost_still_has_its_times(
    scripted: Scripted, result_of: ResultOf
) -> None:
    phone = scripted()
    phone.visit()
    del phone.said[0]
    result = result_of(phone)
    assert result.runs[0].engine == "onnxruntime-web"
    assert len(result.runs[0].samples_ms) == 20
    assert result.browser is not None
    assert (result.browser.user_agent, result.browser.loads) == ("", 0)
    charts = charts_of(result)
    assert "does not tell" in render_html(result, charts)


def test_a_failure_in_the_middle_keeps_what_was_measured_before_it(
    scripted: Scripted, result_of: ResultOf
) -> None:
    phone = scripted()
    phone.hello()
    phone.load(0, 1)
    phone.block(0, 1, 0)
    phone.say("failed", model=0, threads_asked=1, stage="measure", message="out of memory")
    result = result_of(phone)
    assert len(result.runs[0].samples_ms) == 2
    assert "out of memory" in result.failed[0].reason
    phone.hello()
    phone.load(0, 1)
    phone.block(0, 1, 1)
    assert result_of(phone).failed == ()


@pytest.mark.parametrize(("blocks", "missing"), [(10, 0), (9, 1500)], ids=["whole", "left early"])
def test_ten_blocks_are_enough_though_they_were_quicker_than_the_warm_up_promised(
    scripted: Scripted, work: Work, tmp_path: Path, blocks: int, missing: int
) -> None:
    import dataclasses

    phone = scripted()
    phone.hello()
    phone.load(0, 1)
    for number in range(blocks):
        phone.block(0, 1, number, samples_ms=[1.0] * 50)
    asked = dataclasses.replace(work, plan=dataclasses.replace(work.plan, samples=200, seconds=1.95))
    run = outcome(phone.kept(tmp_path), asked).runs[0]
    assert run.browser is not None
    assert run.browser.missing_samples == missing
