from dataclasses import replace

import pytest

from edgesmith.runtime.runrecord import DataRecord, RunRecord
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.repetition import differences

BEFORE = RunRecord(
    labels=("a", "b"),
    input=InputSpec(height=8, width=8, channels=3),
    data=DataRecord(root="/data", sha256="1", train=(), val=(), test=()),
    plan={},
    metrics={"test": {"top1": 0.5, "interval": [0.1, 0.9]}},
    environment={"edgesmith": "1", "packages": {"keras": "3"}, "machine": {"cores": 2}, "python": "3.11"},
    seconds={"total": 1.0},
)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(replace(BEFORE, seconds={"total": 9.0}), [], id="only the time"),
        pytest.param(
            replace(BEFORE, metrics={"test": {"top1": 0.5, "interval": (0.1, 0.9)}}), [], id="tuple in memory"
        ),
        pytest.param(replace(BEFORE, data=replace(BEFORE.data, root="/moved")), [], id="moved"),
        pytest.param(
            replace(BEFORE, data=replace(BEFORE.data, sha256="2")), ["the images are not"], id="images"
        ),
        pytest.param(
            replace(BEFORE, environment={**BEFORE.environment, "machine": {"cores": 4}}),
            ["machine: {'cores': 2} then, {'cores': 4} now"],
            id="machine",
        ),
        pytest.param(
            replace(
                BEFORE, environment={**BEFORE.environment, "packages": {}}, metrics={"test": {"top1": 1.0}}
            ),
            ["packages: ", "the metrics differ: test accuracy 50.00% then, 100.00% now"],
            id="packages and metrics",
        ),
    ],
)
def test_what_differs_is_said(after: RunRecord, expected: list[str]) -> None:
    found = differences(BEFORE, after)

    assert len(found) == len(expected)
    assert all(sentence.startswith(begin) for sentence, begin in zip(found, expected, strict=True))
