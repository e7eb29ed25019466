import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from edgesmith.benchmarks.document import to_text
from edgesmith.benchmarks.results import BenchResult, BenchRun, ProcessRun
from edgesmith.runtime.errors import DataError

RUN_KEYS = {
    "file", "name", "sha256", "bytes", "precision", "engine", "threads", "samples_ms", "cold_start_ms",
    "cold_starts_ms", "load_ms", "loads_ms", "peak_rss_bytes", "warmup_ms", "state", "accuracy", "summary",
    "processes", "memory", "evaluation", "quality", "single_stream", "int8_macs_share", "doubt", "profile", "browser",
}  # fmt: skip
STATISTICS = {"p50", "p90", "p99", "mean", "stdev", "p50_interval"}


def refuse_constant(name: str) -> NoReturn:
    raise AssertionError(f"{name} in JSON")


@pytest.fixture
def document(bench_folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (bench_folder / "bench.json").read_text(), parse_constant=refuse_constant
    )
    return loaded


def test_bench_json_has_the_promised_keys(document: dict[str, Any]) -> None:
    assert next(iter(document)) == "schema"
    assert document["schema"] == "edgesmith.bench/1"
    assert {"environment", "data", "plan", "runs", "warnings"} < set(document)
    assert set(document["data"]) == {"name", "sha256", "images", "labelled"}
    for run in document["runs"]:
        assert set(run) == RUN_KEYS
        assert set(run["summary"]) == STATISTICS | {"phases", "throughput"}
        assert set(run["samples_ms"]) == {"decode", "preprocess", "invoke", "postprocess", "end_to_end"}
        assert set(run["summary"]["phases"]["invoke"]) == STATISTICS
        assert set(run["state"]) == {"before", "after"}


def test_no_absolute_path_leaves_the_machine(
    bench_folder: Path, pictures: Path, models: tuple[Path, Path]
) -> None:
    files = [file for file in bench_folder.rglob("*") if file.is_file()]
    assert len(files) > 3
    for file in files:
        content = file.read_bytes()
        assert str(pictures.parent).encode() not in content
        assert str(models[0].parent).encode() not in content


def test_the_first_inference_is_the_first_of_each_fresh_process(make_run: Callable[..., BenchRun]) -> None:
    run = make_run("a.onnx", "int8", [4.0, 4.0, 4.0])
    assert run.first_ms == run.warmup_ms[0]
    three = tuple(ProcessRun(samples=1, warmup_ms=(first, 1.0)) for first in (9.0, 30.0, 7.0))
    assert dataclasses.replace(run, processes=three).first_ms == 9.0


def test_a_loaded_result_writes_the_same_bytes(bench_folder: Path, result: BenchResult) -> None:
    assert result.to_json() == (bench_folder / "bench.json").read_text()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda run: run["summary"].update(p50=0.001), "does not follow from its samples"),
        (lambda run: run["samples_ms"]["invoke"].pop(), "same number"),
        (lambda run: run["samples_ms"]["invoke"].__setitem__(0, "fast"), "is not a finite float"),
        (lambda run: run.update(cold_start_ms=1.0), "not the median"),
        (lambda run: run.pop("engine"), "missing"),
        (lambda run: run["processes"][0].update(samples=3), "do not add up"),
    ],
    ids=[
        "summary edited",
        "sample removed",
        "sample mistyped",
        "cold start edited",
        "key missing",
        "process edited",
    ],
)
def test_edited_numbers_are_noticed(
    document: dict[str, Any], tmp_path: Path, change: Any, message: str
) -> None:
    change(document["runs"][0])
    _require_refused(document, tmp_path, message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda block: block.update(reference_ms=[]), "reference times"),
        (lambda block: block.update(reference_ms=[0.0, 1.0]), "reference times"),
        (lambda block: block.update(samples=0), "0 samples"),
        (lambda block: block.update(run=99), "a run that is not there"),
    ],
    ids=["no reference", "no time", "no samples", "no such run"],
)
def test_blocks_that_cannot_be_are_noticed(
    document: dict[str, Any], tmp_path: Path, change: Any, message: str
) -> None:
    change(document["blocks"][0])
    _require_refused(document, tmp_path, message)


def _require_refused(document: dict[str, Any], tmp_path: Path, message: str) -> None:
    file = tmp_path / "bench.json"
    file.write_text(json.dumps(document))
    with pytest.raises(DataError, match=message):
        BenchResult.load(file)


def test_a_file_of_the_first_version_is_still_read(document: dict[str, Any], tmp_path: Path) -> None:
    for key in ("blocks", "failed", "int8_accuracy"):
        del document[key]
    for key in ("scenario", "processes"):
        del document["plan"][key]
    for run in document["runs"]:
        for key in (
            "processes",
            "memory",
            "evaluation",
            "quality",
            "single_stream",
            "int8_macs_share",
            "doubt",
            "profile",
        ):
            del run[key]
        del run["summary"]["throughput"]
        for statistics in (run["summary"], *run["summary"]["phases"].values()):
            del statistics["p50_interval"]
    file = tmp_path / "bench.json"
    file.write_text(json.dumps(document))
    assert BenchResult.load(file).runs[0].summary.p50 == document["runs"][0]["summary"]["p50"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "is not JSON"), ('{"schema": "edgesmith.bench/9"}', "edgesmith.bench/9"), ("[]", "schema None")],
)
def test_files_of_another_kind_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "bench.json"
    file.write_text(text)
    with pytest.raises(DataError, match=message):
        BenchResult.load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"bench\.json.*No such file"):
        BenchResult.load(tmp_path / "bench.json")


def test_text_keeps_lists_of_numbers_on_one_line() -> None:
    value = {"a": [1, 2.5, None], "b": {"c": 'é"', "d": []}, "e": [{"f": True}], "g": {}}
    text = to_text(value)
    assert json.loads(text) == value
    assert '  "a": [1, 2.5, null],\n' in text


def test_text_refuses_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_text({"a": [float("nan")]})
