import json

import numpy as np
import pytest

from edgesmith.runtime.accuracy import wilson_interval
from edgesmith.train.report.per_class import measure_classes, to_table

# Class a: 2 of 3 found, once too often; b: 1 of 2 found; c: never answered; d: no images, answered once.
CLASSES = np.array([0, 0, 0, 1, 1, 2])
SCORES = np.eye(4, dtype=np.float32)[[0, 0, 3, 1, 0, 1]]
MEASURES = measure_classes(CLASSES, SCORES, ["a", "b", "c", "d"])


def test_counts() -> None:
    assert [(one.label, one.support, one.answers) for one in MEASURES] == [
        ("a", 3, 3),
        ("b", 2, 2),
        ("c", 1, 0),
        ("d", 0, 1),
    ]


def test_precision_recall_and_f1() -> None:
    assert [one.precision for one in MEASURES] == [pytest.approx(2 / 3), 0.5, None, 0.0]
    assert [one.recall for one in MEASURES] == [pytest.approx(2 / 3), 0.5, 0.0, None]
    assert [one.f1 for one in MEASURES] == [pytest.approx(2 / 3), 0.5, 0.0, 0.0]


def test_intervals_are_wilsons() -> None:
    assert MEASURES[0].recall_interval == wilson_interval(2, 3)
    assert MEASURES[2].precision_interval is None
    assert MEASURES[3].recall_interval is None


def test_json_holds_numbers_of_python_alone() -> None:
    assert json.loads(json.dumps(MEASURES[0].to_json(), allow_nan=False))["support"] == 3


def test_table_has_a_line_for_each_class() -> None:
    assert to_table(MEASURES).splitlines() == [
        "class  images  precision        recall           F1",
        "a           3   66.7% (21-94)    66.7% (21-94)    66.7%",
        "b           2   50.0% (9-91)     50.0% (9-91)     50.0%",
        "c           1       -             0.0% (0-79)      0.0%",
        "d           0    0.0% (0-79)         -             0.0%",
    ]


def test_labels_must_be_as_many_as_scores() -> None:
    with pytest.raises(ValueError, match="zip"):
        measure_classes(CLASSES, SCORES, ["a", "b", "c"])
