import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.benchmarks.devices.emulated.counting import read_regions
from edgesmith.benchmarks.devices.emulated.counts import CLASSES, CountsResult, Instructions, typical
from edgesmith.benchmarks.devices.emulated.table import terminal_table
from edgesmith.runtime.errors import DataError, EngineError

# Before the first mark, an inference, between, an inference. The last column: system calls of other threads.
COUNTS = "900 9 9 9 9 9 9 5\n10 1 2 3 4 5 0 0\n7 0 0 0 0 0 0 2\n20 1 2 3 4 5 6 0\n"


def test_regions_are_what_lies_between_pairs_of_marks() -> None:
    first, second = read_regions(COUNTS, expected=2, subject="a.tflite")
    assert first == Instructions(load=10, store=1, branch=2, simd_float=3, dot_product=4, integer=5, other=0)
    assert second.total == 41


def test_an_inference_during_which_another_thread_was_awake_is_left_out() -> None:
    (region,) = read_regions(COUNTS.replace("4 5 6 0", "4 5 6 1"), expected=2, subject="a.tflite")
    assert region.load == 10


def test_an_engine_with_working_threads_cannot_be_counted() -> None:
    with pytest.raises(EngineError, match=r"a\.tflite: other threads of the engine worked during 2 of 2"):
        read_regions(COUNTS.replace(" 0\n", " 1\n"), expected=2, subject="a.tflite")


def test_marks_of_others_are_noticed() -> None:
    with pytest.raises(EngineError, match="4 marks instead of 6"):
        read_regions(COUNTS, expected=3, subject="a.tflite")


def test_the_typical_one_is_a_counted_one_with_the_median_total(
    make_counts: Callable[..., CountsResult],
) -> None:
    (run,) = make_counts(5000, 1000, 1001, 1002).runs
    assert run.instructions.total == 1001
    assert run.instructions == typical(run.regions)


def test_steady_means_near_the_typical_one(make_counts: Callable[..., CountsResult]) -> None:
    (run,) = make_counts(100_000, 100_100, 100_000, 120_000).runs
    assert run.steady_share == 0.75


def test_it_is_read_back_as_it_was_written(make_counts: Callable[..., CountsResult], tmp_path: Path) -> None:
    result = make_counts(1000, 1001, 1002)
    result.save(tmp_path / "counts.json")
    assert CountsResult.load(tmp_path / "counts.json") == result
    assert next(iter(json.loads(result.to_json()))) == "schema"


def test_no_field_of_it_is_a_time(make_counts: Callable[..., CountsResult]) -> None:
    text = make_counts(1000).to_json()
    assert "_ms" not in text
    assert "samples" not in text
    assert "second" not in text


def test_edited_counts_are_refused(make_counts: Callable[..., CountsResult], tmp_path: Path) -> None:
    result = make_counts(1000)
    file = tmp_path / "counts.json"
    file.write_text(result.to_json().replace('"load": 990', '"load": 890', 1))
    with pytest.raises(DataError, match="do not follow from its regions"):
        CountsResult.load(file)


def test_the_table_says_what_it_counts(make_counts: Callable[..., CountsResult]) -> None:
    result = make_counts(1_234_567)
    table = terminal_table(result).splitlines()
    assert table[0].startswith(
        "millions of instructions per inference, Raspberry Pi 4 Model B Rev 1.4 (cortex-a72)"
    )
    assert table[0].endswith("not a time")
    assert table[2].split()[:3] == ["file", "engine", "total"]
    assert table[3].split()[:4] == ["a-int8.tflite", "ai-edge-litert", "1.235", "1.235"]


def test_classes_are_those_of_the_plugin() -> None:
    assert CLASSES == ("load", "store", "branch", "simd_float", "dot_product", "integer", "other")
    assert Instructions(**dict.fromkeys(CLASSES, 2)).total == 14
    assert dataclasses.astuple(
        Instructions(**{name: number for number, name in enumerate(CLASSES)})
    ) == tuple(range(7))


@pytest.mark.parametrize("loads", [0, -1])
def test_an_inference_without_instructions_is_refused(loads: int) -> None:
    with pytest.raises(ValueError, match="instructions; no class"):
        Instructions(**{**dict.fromkeys(CLASSES, 0), "load": loads})
