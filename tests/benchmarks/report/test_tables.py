import dataclasses

from edgesmith.benchmarks.classification import Evaluation, confusion_matrix, quality
from edgesmith.benchmarks.report.tables import MAX_CLASSES, files, int8_table, single_stream_table
from edgesmith.benchmarks.results import BenchResult


def test_int8_stands_beside_float32_with_mcnemar_s_answer(rich: BenchResult) -> None:
    table = int8_table(rich)
    assert table is not None
    assert [row[0] for row in table.rows[:2]] == ["network0-int8.tflite", "network0-int8.tflite"]
    test = rich.int8_accuracy[0].test
    assert table.rows[0][3:5] == (str(test.only_first), str(test.only_second))
    assert int8_table(dataclasses.replace(rich, int8_accuracy=())) is None


def test_mlperf_s_statistic_has_a_row_a_run_where_it_was_taken(
    rich: BenchResult, sustained: BenchResult
) -> None:
    table = single_stream_table(rich)
    assert table is not None
    assert len(table.rows) == len(rich.runs)
    assert single_stream_table(sustained) is None


def test_each_file_is_told_once_with_the_counts_of_its_confusion_matrix(rich: BenchResult) -> None:
    found = list(files(rich))
    assert len(found) == 4
    evaluation = rich.runs[0].evaluation
    assert evaluation is not None
    assert [[cell.count for cell in row] for row in found[0].confusion] == confusion_matrix(
        evaluation
    ).tolist()
    assert all(
        cell.right == (row == column)
        for row, cells in enumerate(found[0].confusion)
        for column, cell in enumerate(cells)
    )
    assert all(
        (cell.shade == 0) == (cell.count == 0) and cell.shade <= 10
        for row in found[0].confusion
        for cell in row
    )
    assert [row[0] for row in found[0].classes.rows] == list(evaluation.labels)
    counts = [int(row[2]) for row in found[0].confused.rows]
    assert counts == sorted(counts, reverse=True)
    assert 0 not in counts


def test_of_many_classes_the_worst_are_shown(rich: BenchResult) -> None:
    labels = tuple(f"class {number}" for number in range(100))
    truth = tuple(range(100))
    predicted = tuple(0 if number % 2 else number for number in truth)
    evaluation = Evaluation(labels=labels, truth=truth, predicted=predicted, confidence=(0.9,) * 100)
    run = dataclasses.replace(rich.runs[0], evaluation=evaluation, quality=quality(evaluation))
    (found,) = files(dataclasses.replace(rich, runs=(run,), int8_accuracy=(), blocks=()))
    assert len(found.classes.rows) == MAX_CLASSES
    assert all(row[2].startswith("0.0 %") for row in found.classes.rows)
    assert (found.left_out, found.labels, found.confusion) == (75, (), ())
