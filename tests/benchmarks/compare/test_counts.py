import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.compare.counts import compare_counts, text_of_counts
from edgesmith.benchmarks.devices.emulated.counts import BoardFacts, CountsResult, EmulatorFacts
from edgesmith.benchmarks.results import BenchResult
from edgesmith.cli import main
from edgesmith.runtime.errors import DataError

Counts = Callable[..., CountsResult]
PI5 = BoardFacts(name="pi5", model="Raspberry Pi 5 Model B Rev 1.0", cpu="cortex-a76")


@pytest.mark.parametrize(
    ("new", "verdict"),
    [(1_000_000, "same"), (1_001_000, "same"), (999_000, "same"), (1_001_001, "more"), (998_000, "fewer")],
)
def test_a_tenth_of_a_percent_is_the_same(new: int, verdict: str, make_counts: Counts) -> None:
    (pair,) = compare_counts(make_counts(1_000_000), make_counts(new)).pairs
    assert pair.verdict == verdict


@pytest.mark.parametrize(("allowed", "broken"), [(0.1, 1), (0.2, 1), (0.3, 0)])
def test_the_gate(allowed: float, broken: int, make_counts: Counts) -> None:
    found = compare_counts(make_counts(1_000_000), make_counts(1_002_500), max_more=allowed)
    assert len(found.broken) == broken
    if broken:
        assert found.broken[0] == f"a-int8.tflite: 0.25 % more instructions, {allowed:g} % are allowed"


def test_a_run_that_is_gone_fails_the_gate(make_counts: Counts) -> None:
    one, other = make_counts(1000), make_counts(1000, file="b-int8.tflite")
    both = dataclasses.replace(one, runs=(*one.runs, *other.runs))
    assert compare_counts(both, one).broken == ()
    assert compare_counts(both, one, max_more=0.1).broken == (
        "b-int8.tflite on ai-edge-litert ×1 has no counterpart in NEW",
    )


@pytest.mark.parametrize("changes", [{"board": PI5}, {"images": 2}], ids=["another board", "other images"])
def test_other_work_is_compared_only_by_force(changes: dict[str, Any], make_counts: Counts) -> None:
    old, new = make_counts(1000), make_counts(1000, **changes)
    with pytest.raises(DataError, match="not of the same board and images"):
        compare_counts(old, new)
    assert len(compare_counts(old, new, force=True).notes) == 1


def test_versions_that_changed_are_listed(make_counts: Counts) -> None:
    old = make_counts(1000)
    run = dataclasses.replace(old.runs[0], engine="ai-edge-litert 2.4.0", packages={"numpy": "3"})
    new = make_counts(1000, runs=(run,), emulator=EmulatorFacts(version="10.0.2", plugin_api=3))
    assert compare_counts(old, new).notes == ("QEMU 7.2.22 → 10.0.2", "numpy 2 → 3")


def test_the_text_shows_classes_where_they_differ(make_counts: Counts) -> None:
    lines = text_of_counts(compare_counts(make_counts(1_000_000), make_counts(1_100_000))).splitlines()
    assert lines[0] == "more in 1 of 1 runs"
    assert [line.split()[0] for line in lines[4:]] == ["total", "load", "dot"]
    assert lines[4].split() == ["total", "1.000", "→", "1.100", "+10.00", "%", "more"]
    same = text_of_counts(compare_counts(make_counts(1_000_000), make_counts(1_000_000)))
    assert same.startswith("the same number of instructions\n")
    assert "load" not in same


@pytest.fixture
def folders(make_counts: Counts, tmp_path: Path) -> list[str]:
    """Old, and new with 1 % more."""
    for name, total in (("old", 1_000_000), ("new", 1_010_000)):
        (tmp_path / name).mkdir()
        make_counts(total).save(tmp_path / name / "counts.json")
    return [str(tmp_path / "old"), str(tmp_path / "new/counts.json")]


def test_the_command_holds_the_gate(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *folders]) == 0
    assert main(["compare", *folders, "--max-more-instructions", "1%"]) == 0
    capsys.readouterr()
    assert main(["compare", *folders, "--max-more-instructions", "0.1%", "--json"]) == 3
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document["schema"] == "edgesmith.compare-counts/1"
    assert document["pairs"][0]["verdict"] == "more"
    assert "1.00 % more instructions, 0.1 % are allowed" in printed.err


def test_gates_of_the_other_kind_are_refused(
    folders: list[str], result: BenchResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *folders, "--max-slowdown", "5%"]) == 1
    assert "--max-slowdown, but these results hold instruction counts" in capsys.readouterr().err
    result.save(tmp_path / "bench.json")
    times = str(tmp_path / "bench.json")
    assert main(["compare", times, times, "--max-more-instructions", "0.1%"]) == 1
    assert "--max-more-instructions, but these results hold times" in capsys.readouterr().err


def test_times_are_not_compared_with_counts(
    folders: list[str], result: BenchResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result.save(tmp_path / "bench.json")
    assert main(["compare", str(tmp_path / "bench.json"), folders[0]]) == 1
    assert (
        "has schema 'edgesmith.bench/1'; this version reads 'edgesmith.counts/1'" in capsys.readouterr().err
    )
