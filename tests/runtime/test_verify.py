import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime import cpu
from edgesmith.runtime.engines import choose, tflite
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.spec import Golden, ModelSpec
from edgesmith.runtime.verify import Outcome, Verdict, judge, verify

Regild = Callable[..., Path]

WANTED = [[0.5, 0.375, 0.125], [0.25, 0.25, 0.5]]


@pytest.mark.parametrize(
    ("got", "allowed", "other_kernels", "outcome"),
    [
        pytest.param(WANTED, 0.0, None, "identical", id="equal"),
        pytest.param([[0.5, 0.3125, 0.125], WANTED[1]], 0.0625, None, "within", id="at the limit"),
        pytest.param([[0.5, 0.25, 0.125], WANTED[1]], 0.0625, None, "different", id="beyond the limit"),
        pytest.param([[0.4375, 0.4375, 0.125], WANTED[1]], 0.0625, None, "within", id="a tie goes to the lower index"),
        pytest.param([[0.40625, 0.46875, 0.125], WANTED[1]], 0.25, None, "different", id="another best class"),
        pytest.param([[0.5, 0.25, 0.125], WANTED[1]], 0.0625, 0.01, "other kernels", id="other kernels, same best class"),
        pytest.param([[0.25, 0.5, 0.25], WANTED[1]], 0.0, 0.0625, "other kernels", id="other kernels, unclear margin"),
        pytest.param([[0.25, 0.5, 0.25], WANTED[1]], 0.0, 0.06, "different", id="other kernels, clear margin"),
        pytest.param([[0.5, 0.3125, 0.125], WANTED[1]], 0.0625, 0.01, "within", id="other kernels, within"),
        pytest.param([[np.nan] * 3, WANTED[1]], 1.0, None, "different", id="no numbers"),
        pytest.param([[np.nan] * 3, WANTED[1]], 1.0, 0.0, "different", id="no numbers, whose best class is 0"),
    ],
)  # fmt: skip
def test_judge(got: list[list[float]], allowed: float, other_kernels: float | None, outcome: Outcome) -> None:
    assert judge(np.array(got), np.array(WANTED), allowed=allowed, other_kernels=other_kernels) == outcome


def test_a_sound_file_is_identical(model: Path) -> None:
    verdict = verify(model, threads=1)
    assert (verdict.outcome, verdict.max_abs_difference) == ("identical", 0.0)
    assert (verdict.top1_equal, verdict.inputs, verdict.file) == (4, 4, str(model))
    assert str(verdict.engine).split()[0] in ("onnxruntime", "ai-edge-litert")


@pytest.fixture
def regild(
    bare_tflite: bytes, models: dict[str, Path], package: Callable[..., Path], tmp_path: Path
) -> Regild:
    """A copy of a sound file whose first golden output is moved by `shift`."""

    def make(name: str, *, shift: float = 0.0, **golden_changes: object) -> Path:
        source = models[name]
        spec: ModelSpec = read_spec(source)
        first, *others = spec.golden.outputs
        moved = ((first[0] + shift, *first[1:]), *others)
        golden = dataclasses.replace(spec.golden, **{"outputs": moved, **golden_changes})  # type: ignore[arg-type]  # fields of several types
        bare = bare_tflite if source.suffix == ".tflite" else source.read_bytes()
        return package(tmp_path / source.name, bare, dataclasses.replace(spec, golden=golden))

    return make


@pytest.mark.parametrize("name", ["float onnx", "float tflite"])
@pytest.mark.parametrize(
    ("shift", "outcome"), [(5e-6, "within"), (1e-3, "different")], ids=["rounding", "tampered"]
)
def test_float_files_may_round(name: str, shift: float, outcome: str, regild: Regild) -> None:
    verdict = verify(regild(name, shift=shift))
    assert (verdict.outcome, verdict.allowed) == (outcome, 1e-5)
    assert verdict.max_abs_difference == pytest.approx(shift, rel=1e-3)


@pytest.mark.parametrize(
    ("machine", "shift", "outcome", "allowed"),
    [("x86_64", 1, "different", 0.0), ("aarch64", 1, "within", 1.0), ("aarch64", 2, "different", 1.0)],
    ids=["x86 is exact", "arm64 may take one step", "but not two"],
)
def test_int8_files(
    machine: str, shift: int, outcome: str, allowed: float, regild: Regild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpu, "is_x86", lambda _=None: machine == "x86_64")
    verdict = verify(regild("uint8 onnx", shift=shift))
    assert (verdict.outcome, verdict.max_abs_difference, verdict.allowed) == (outcome, shift, allowed)


@pytest.fixture
def fake_tflite_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """LiteRT's interpreter under the old package's name."""
    monkeypatch.setitem(tflite._MODULES, "tflite-runtime", "ai_edge_litert.interpreter")
    monkeypatch.setattr("ai_edge_litert.__version__", "2.14.0")
    monkeypatch.setattr(choose, "find_spec", lambda name: name)


@pytest.mark.usefixtures("fake_tflite_runtime")
@pytest.mark.parametrize(
    ("shift", "outcome"), [(0.01, "other kernels"), (0.9, "different")], ids=["same best class", "another"]
)
def test_an_engine_with_other_kernels(shift: float, outcome: str, regild: Regild) -> None:
    file = regild("float tflite", shift=shift, other_kernels=0.001)
    verdict = verify(file, engine="tflite-runtime")
    assert (verdict.outcome, verdict.engine) == (outcome, "tflite-runtime 2.14.0")


@pytest.mark.parametrize(
    "outputs",
    [(), ((0.5, 0.5, 0.0),), ((0.5, 0.5),) * 4],
    ids=["none", "one input only", "two classes of three"],
)
def test_golden_answers_that_do_not_fit(outputs: tuple[tuple[float, ...], ...], regild: Regild) -> None:
    with pytest.raises(ModelFileError, match="golden answers of shape"):
        verify(regild("float onnx", outputs=outputs))


@pytest.mark.parametrize("difference", [0.5, None], ids=["a number", "none"])
def test_json(difference: float | None) -> None:
    verdict = Verdict(
        file="a.onnx",
        engine="e 1",
        outcome="different",
        max_abs_difference=difference,
        allowed=0.0,
        top1_equal=1,
        inputs=4,
    )
    assert json.loads(json.dumps(verdict.to_json(), allow_nan=False)) == {
        "file": "a.onnx",
        "engine": "e 1",
        "outcome": "different",
        "max_abs_difference": difference,
        "allowed": 0.0,
        "top1_equal": 1,
        "inputs": 4,
        "reason": None,
    }


def test_ragged_golden_answers_cannot_be_written() -> None:
    with pytest.raises(ValueError, match=r"golden outputs of \[1, 2\] values"):
        Golden(outputs=((0.5, 0.5), (1.0,)), tolerance=0.0, other_kernels=0.0)


@pytest.mark.parametrize("name", ["float onnx", "uint8 onnx", "float tflite"])
def test_one_flipped_bit_of_a_weight_is_different(
    name: str, models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(models[name].read_bytes())
    data[data.index(np.float32(0.05).tobytes())] ^= 1  # the lowest bit of the mantissa: no answer changes
    file = tmp_path / models[name].name
    file.write_bytes(data)
    monkeypatch.setattr("edgesmith.runtime.verify.Classifier", lambda *_, **__: pytest.fail("it was run"))
    verdict = verify(file)
    assert (verdict.outcome, verdict.engine, verdict.inputs) == ("different", None, 0)
    assert "SHA-256" in str(verdict.reason)
    assert verdict.to_json()["max_abs_difference"] is None
