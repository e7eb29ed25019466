from pathlib import Path

import pytest

from edgesmith.runtime.doctor import software
from edgesmith.runtime.doctor.finding import Status
from edgesmith.runtime.doctor.software import examine_engines, examine_packages, examine_python
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.verify import Outcome, Verdict

ALL = {"ai-edge-litert", "onnxruntime", "tflite-runtime"}
PROBES = Path(software.__file__).parent


@pytest.mark.parametrize(
    ("running", "status"), [((3, 10), "note"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "note")]
)
def test_python(running: tuple[int, int], status: Status) -> None:
    (found,) = examine_python(running)
    assert (found.status, found.advice is None) == (status, status == "ok")


@pytest.mark.parametrize(
    ("floor", "status"), [((1, 0), "ok"), ((99, 0), "note")], ids=["new enough", "too old"]
)
def test_packages(floor: tuple[int, int], status: Status) -> None:
    (found,) = examine_packages({"numpy": floor})
    assert found.status == status


def test_a_missing_package() -> None:
    (found,) = examine_packages({"no-such-package": (1, 2)})
    assert (found.status, found.advice) == ("problem", "pip install 'no-such-package>=1.2'")


def test_the_engines_here_run_the_test_models() -> None:
    found = {finding.topic: finding for finding in examine_engines(ALL)}
    assert set(found) == {"ai-edge-litert", "onnxruntime"}  # TensorFlow is here too, and not needed
    assert {finding.status for finding in found.values()} == {"ok"}
    assert all(" runs the test model: identical" in finding.what for finding in found.values())


def _verdict(outcome: Outcome) -> Verdict:
    return Verdict(
        file="probe.tflite",
        engine="an engine 1.0",
        outcome=outcome,
        max_abs_difference=1.0,
        allowed=0.0,
        top1_equal=4,
        inputs=4,
    )


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "available_engines", lambda _: ["tflite-runtime", "tensorflow"])


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("outcome", "status", "what"),
    [
        ("other kernels", "note", "an engine 1.0 runs the test model: other kernels"),
        ("different", "problem", "an engine 1.0 gives wrong answers for the test model"),
    ],
)
def test_an_engine_is_judged_by_its_answers(
    outcome: Outcome, status: Status, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(software, "verify_isolated", lambda *_, **__: _verdict(outcome))
    (found,) = examine_engines(ALL, ["tflite"])
    assert (found.topic, found.status, found.what) == ("tflite-runtime", status, what)
    assert found.advice


@pytest.mark.usefixtures("installed")
def test_an_engine_that_crashes(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> Verdict:
        raise ModelFileError("probe.tflite: the engine crashed (SIGILL)")

    monkeypatch.setattr(software, "verify_isolated", crash)
    (found,) = examine_engines(ALL, ["tflite"])
    assert found.status == "problem"
    assert "SIGILL" in found.what
    assert "--force-reinstall tflite-runtime" in str(found.advice)


@pytest.mark.parametrize(
    ("installable", "advice"),
    [
        (ALL, "pip install 'edgesmith[onnx]', if you have such files"),
        ({"tflite-runtime"}, "no engine for them can be installed here: use the .tflite file"),
    ],
    ids=["could be installed", "not on 32-bit ARM"],
)
def test_no_engine_for_a_format(installable: set[str], advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = {"tflite": ["tensorflow"], "onnx": []}
    monkeypatch.setattr(software, "available_engines", engines.__getitem__)
    monkeypatch.setattr(software, "verify_isolated", lambda *_, **__: _verdict("identical"))
    tensorflow, onnx = examine_engines(installable)
    assert (tensorflow.topic, tensorflow.status) == ("tensorflow", "ok")
    assert (onnx.topic, onnx.status, onnx.advice) == (".onnx", "note", advice)


@pytest.mark.parametrize(
    ("installable", "extras"),
    [(ALL, ["litert", "onnx"]), ({"tflite-runtime"}, ["tflite", None])],
    ids=["64 bits", "32-bit ARM"],
)
def test_no_engine_at_all(
    installable: set[str], extras: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(software, "available_engines", lambda _: [])
    found = list(examine_engines(installable))
    assert [finding.status for finding in found] == ["problem", "problem"]
    for finding, extra in zip(found, extras, strict=True):
        assert extra is None or f"edgesmith[{extra}]" in str(finding.advice)


@pytest.mark.parametrize("name", ["probe.tflite", "probe.onnx"])
def test_the_test_models_are_small(name: str) -> None:
    assert (PROBES / name).stat().st_size < 12_000
