"""Which errors are a variant's own."""

from pathlib import Path

import pytest

from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.variant import Variant
from edgesmith.runtime.errors import DeviceError, EdgesmithError, EngineError, OutputError
from edgesmith.runtime.modelfile import read_spec


@pytest.fixture
def variant(models: tuple[Path, Path]) -> Variant:
    model = ModelInput(path=models[0], file="a.onnx", sha256="0" * 64, bytes=1, spec=read_spec(models[0]))
    return Variant(model=model, threads=1, labelled=None)


def test_its_own_error_is_kept(variant: Variant) -> None:
    error = EngineError("refused")
    with variant.attempt():
        raise error
    assert variant.failure is error


@pytest.mark.parametrize(
    "error", [DeviceError("gone"), OutputError("the journal's disk is full")], ids=["device", "journal"]
)
def test_an_error_of_all_goes_on(variant: Variant, error: EdgesmithError) -> None:
    with pytest.raises(type(error)), variant.attempt():
        raise error
    assert variant.failure is None
