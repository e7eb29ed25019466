"""A short run of every target, in the fast suite; `make fuzz` does a hundred thousand."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from edgesmith.runtime.images import decode
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.spec import ModelSpec


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    """The script, which is no module of a package."""
    place = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("fuzz.py"))
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


@pytest.mark.parametrize("target", ["images", "modelfile", "spec"])
def test_two_hundred_inputs(target: str, fuzz: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    read, seeds = fuzz.TARGETS[target]
    fuzz.run_hypothesis(read, seeds(), 200)
    assert "inputs, no finding" in capsys.readouterr().out


def test_a_finding_ends_the_run(fuzz: ModuleType) -> None:
    with pytest.raises(ZeroDivisionError):
        fuzz.run_hypothesis(lambda data: 1 // len(data), [b"seed"], 200)


def test_the_seeds_are_sound(fuzz: ModuleType, tmp_path: Path) -> None:
    assert all(decode(seed).size == (11, 9) or decode(seed).size == (9, 11) for seed in fuzz.picture_seeds())
    specs = [ModelSpec.from_json(seed) for seed in fuzz.spec_seeds()]
    for number, seed in enumerate(fuzz.modelfile_seeds()):
        file = tmp_path / f"{number}.{'onnx' if seed[:1] == b'o' else 'tflite'}"
        file.write_bytes(seed[1:])
        assert read_spec(file) == specs[0]
