import dataclasses
from collections.abc import Callable

from edgesmith.benchmarks.report.table import HEADERS, failed_rows, rows, terminal_table
from edgesmith.benchmarks.results import BenchResult, BenchRun


def test_every_run_has_a_cell_for_every_header(rich: BenchResult) -> None:
    assert {len(row) for row in rows(rich)} == {len(HEADERS)}
    first = dict(zip(HEADERS, rows(rich)[0], strict=True))
    assert (first["#"], first["threads"], first["top-5"]) == ("1", "1", "100.0 %")
    assert first["file size"] == "6.0 MB"


def test_a_failure_says_why_in_its_row(rich: BenchResult) -> None:
    (row,) = failed_rows(rich)
    assert row[1:3] == ("–", "1")
    assert row[3].startswith("not measured: no kernel for")
    assert row[3].endswith("(run `edgesmith inspect`)")
    assert terminal_table(rich).splitlines()[-1] == "  ".join(row)


def test_the_terminal_has_aligned_columns_and_top_1_only_where_it_was_measured(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    result = make_result(make_run("a.onnx", "int8", [4.0]), make_run("longer.onnx", "int8", [40.0]))
    lines = terminal_table(result).splitlines()
    assert len({line.index("onnxruntime") for line in lines[1:]}) == 1
    assert "top-1" in lines[0]
    unlabelled = dataclasses.replace(result, data=dataclasses.replace(result.data, labelled=False))
    assert "top-1" not in terminal_table(unlabelled)


def test_a_name_does_not_steer_the_terminal(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    text = terminal_table(make_result(make_run("a\x1b[31m\n.onnx", "int8", [4.0])))
    assert r"a\x1b[31m\n.onnx" in text
    assert len(text.splitlines()) == 2
