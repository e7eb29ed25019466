import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.doctor import examine as module
from edgesmith.runtime.doctor.examine import examine
from edgesmith.runtime.doctor.finding import STATUSES, Finding


def _engine(status: str) -> list[Finding]:
    known = next(name for name in STATUSES if name == status)
    return [Finding(topic="ai-edge-litert", status=known, what="made up")]


@pytest.mark.parametrize(
    ("engines", "fit"),
    [
        (_engine("ok"), True),
        (_engine("note"), True),
        (_engine("problem"), False),
        ([Finding(topic=".onnx", status="note", what="no engine")], False),
    ],
    ids=["one works", "one works slowly", "one crashes", "none"],
)
def test_fit_is_what_has_an_engine(
    engines: list[Finding], fit: bool, pi: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "examine_engines", lambda _: iter(engines))
    examination = examine(pi("pi5"))
    assert examination.fit is fit
    topics = [finding.topic for finding in examination.findings]
    expected = {"Python", "wheels", "CPU", "features", "cores", "memory", "governor", "temperature", "load"}
    assert expected | {"throttling", "camera", "GPU", "accelerators"} <= set(topics)
    document = json.loads(json.dumps(examination.to_json(), allow_nan=False))
    assert (document["schema"], document["fit"]) == ("edgesmith.doctor/1", fit)
    assert {frozenset(entry) for entry in document["findings"]} == {
        frozenset({"topic", "status", "what", "advice"})
    }
