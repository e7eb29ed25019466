import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.history.folder import recall, remember
from edgesmith.benchmarks.history.trend import curves
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.runtime.errors import DataError

START = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)

Results = Callable[..., BenchResult]


@pytest.fixture
def result_of(make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]) -> Results:
    def make(invoke: float, **changes: Any) -> BenchResult:
        return make_result(make_run("a<b>.onnx", "int8", [invoke] * 9), **changes)

    return make


def test_results_are_kept_as_they_are_by_time(result_of: Results, tmp_path: Path) -> None:
    for day, invoke in enumerate([3.0, 4.0, 5.0]):
        remember(result_of(invoke), tmp_path / "history", now=START + timedelta(days=day))
    found = recall(tmp_path / "history")
    assert [past.result.runs[0].summary.phases.invoke.p50 for past in found] == [3.0, 4.0, 5.0]
    assert found[0].time == START
    assert found[0].result == result_of(3.0)


def test_trends_are_drawn_for_the_machine_of_the_last_one(
    result_of: Results, make_environment: Callable[..., Any], tmp_path: Path
) -> None:
    other = make_environment(cpu_model="Another processor")
    remember(result_of(30.0, environment=other), tmp_path, now=START)
    remember(result_of(4.0), tmp_path, now=START + timedelta(hours=1))
    assert (tmp_path / "trend.png").read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "trend.html").read_text()
    assert "a&lt;b&gt;.onnx onnxruntime ×1" in page
    assert "4.00" in page
    assert "30.0" not in page
    assert "http:" not in page
    assert "https:" not in page


def test_another_scenario_is_another_trend(result_of: Results, tmp_path: Path) -> None:
    plan = dataclasses.replace(result_of(1.0).plan, scenario="sustained")
    remember(result_of(30.0, plan=plan), tmp_path, now=START)
    remember(result_of(4.0), tmp_path, now=START + timedelta(hours=1))
    assert "30.0" not in (tmp_path / "trend.html").read_text()


def test_a_variant_is_one_curve_whatever_the_engine_s_version(
    result_of: Results, make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    newer = make_result(make_run("a<b>.onnx", "int8", [2.0], engine="onnxruntime 2"))
    found = curves([(START, result_of(1.0)), (START, newer)])
    assert list(found) == ["a<b>.onnx onnxruntime ×1"]
    assert len(found["a<b>.onnx onnxruntime ×1"]) == 2


def test_a_file_that_is_no_result_is_named(result_of: Results, tmp_path: Path) -> None:
    remember(result_of(1.0), tmp_path, now=START)
    (tmp_path / "notes.json").write_text(json.dumps({}))
    with pytest.raises(DataError, match=r"notes\.json"):
        recall(tmp_path)


def test_two_results_of_one_second_are_both_kept(result_of: Results, tmp_path: Path) -> None:
    plan = dataclasses.replace(result_of(1.0).plan, seed=1)
    for result in (result_of(1.0), result_of(1.0, plan=plan)):
        remember(result, tmp_path, now=START)
    assert len(recall(tmp_path)) == 2


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "history").write_text("")
    with pytest.raises(DataError, match="is a file"):
        recall(tmp_path / "history")
    assert recall(tmp_path / "none yet") == []
