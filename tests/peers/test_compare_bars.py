import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks/peers/compare_bars.py"


@pytest.fixture(scope="module")
def bars() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare_bars", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def line(question: str, number: int, verdict: str) -> dict[str, Any]:
    return {"question": question, "number": number, "phases": [{"phase": "invoke", "verdict": verdict}]}


def test_what_is_there_is_not_asked_again(
    bars: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "bars.jsonl"
    there = [n for n in range(50) if n not in (19, 20)]
    output.write_text("".join(json.dumps(line("aa", n, "no difference")) + "\n" for n in there))
    compared: list[tuple[str, str]] = []

    def bench(folder: Path, _: object, *, slower: float) -> Path:
        assert (slower > 0) == folder.name.endswith("slower")
        return folder

    def compare(old: Path, new: Path) -> dict[str, Any]:
        compared.append((old.name, new.name))
        return {"verdicts": ["slower"], "phases": [{"phase": "invoke", "verdict": "slower"}]}

    monkeypatch.setattr(bars, "_bench", bench)
    monkeypatch.setattr(bars, "_compare", compare)
    monkeypatch.setattr(sys, "argv", ["bars", "model", "--data", "data", "-o", str(output)])
    assert bars.main() == 0
    assert bars.main() == 0
    assert compared == [("first", "19"), ("19", "19-slower"), ("19", "20")]
    assert [(line["question"], line["number"]) for line in bars._lines(output)[-3:]] == [
        ("aa", 19),
        ("slower", 19),
        ("aa", 20),
    ]


def test_wrong_calls_are_counted_by_what_is_true(bars: ModuleType) -> None:
    verdicts = ["slower", "no difference", "machine not quiet"]
    lines = [
        line(question, n, verdict) for question in ("aa", "slower") for n, verdict in enumerate(verdicts)
    ]
    found = bars.summary(lines)
    assert found["aa"] == {
        "repetitions": 3,
        "answers": dict.fromkeys(verdicts, 1),
        "wrong": 1,
        "with a verdict": 2,
    }
    assert found["slower"]["wrong"] == 1


@pytest.mark.parametrize("suffix", [".tflite", ".onnx"])
def test_the_slowed_worker_is_python(bars: ModuleType, suffix: str) -> None:
    module, engine = bars._ENGINES[suffix]
    worker = bars._SLOWED.format(module=module, engine=engine, share=0.1)
    compile(worker, "worker", "exec")
    compile(bars._CONTROLLER.format(worker=worker), "controller", "exec")
