import json

import pytest

from edgesmith.cli import main
from edgesmith.runtime.commands import doctor
from edgesmith.runtime.doctor.finding import Examination, Finding

Capture = pytest.CaptureFixture[str]

GOOD = Finding(topic="ai-edge-litert", status="ok", what="it runs")
BAD = Finding(topic="governor", status="problem", what="powersave", advice="set another")


@pytest.fixture(params=[True, False], ids=["fit", "not fit"])
def fit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    made = Examination(fit=bool(request.param), findings=(GOOD, BAD))
    monkeypatch.setattr(doctor, "examine", lambda: made)
    return made.fit


def test_text(fit: bool, capsys: Capture) -> None:
    assert main(["doctor"]) == (0 if fit else 3)
    first, second, advice, summary = capsys.readouterr().out.splitlines()
    assert first.split(maxsplit=2) == ["ok", "ai-edge-litert", "it runs"]
    assert second.split() == ["problem", "governor", "powersave"]
    assert advice.strip() == "> set another"
    assert summary.endswith("; 1 problem")


def test_json(fit: bool, capsys: Capture) -> None:
    assert main(["doctor", "--json"]) == (0 if fit else 3)
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["schema", "fit", "findings"]
    assert document["findings"][1] == {
        "topic": "governor",
        "status": "problem",
        "what": "powersave",
        "advice": "set another",
    }
