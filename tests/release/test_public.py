"""What other programs rely on is removed only on purpose, with the version that says so (docs/release.md)."""

import json

import pytest
from release.public import SNAPSHOT, Surface, removed, surface

HOW = "then run: PYTHONPATH=.ci .venv/bin/python -m release.public --write"


def test_nothing_public_has_gone_and_what_came_is_in_the_list() -> None:
    before: Surface = json.loads(SNAPSHOT.read_text())
    now = surface()
    gone, new = removed(before, now), removed(now, before)

    assert not gone, (
        f"raise the MAJOR version (before 1.0 the minor one) and say it in CHANGELOG.md, or bring back; {HOW}\n"
        + "\n".join(gone)
    )
    assert not new, f"raise the MINOR version (before 1.0 it may be the patch); {HOW}\n" + "\n".join(new)


@pytest.mark.parametrize(
    "line",
    [
        "api: edgesmith.runtime.Classifier.invoke(pixels)",
        "api: edgesmith.runtime.Scores.top",
        "commands: predict --json-lines",
        "commands: bench --engine onnxruntime",
        "settings: [convert] precision",
        "documents: bench-1 BenchRun.samples_ms required",
        "documents: run-1 RunRecord.metrics.test",
    ],
)
def test_a_removal_is_named(line: str) -> None:
    before: Surface = json.loads(SNAPSHOT.read_text())
    kind, _, name = line.partition(": ")
    now = {**before, kind: [other for other in before[kind] if other != name]}

    assert removed(before, now) == [line]
    assert removed(now, before) == []
