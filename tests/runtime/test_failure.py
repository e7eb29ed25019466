import pytest

from edgesmith.runtime.errors import (
    EdgesmithError,
    EngineError,
    GateError,
    ImageError,
    MissingExtraError,
    ModelFileError,
)
from edgesmith.runtime.failure import Failure


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ModelFileError("a.onnx is damaged", tip="copy it"), ModelFileError),
        (ImageError("a.onnx, really"), ImageError),
        (EngineError("a.onnx died", details=("| its", "| words")), EngineError),
        (GateError("a.onnx: too low"), GateError),
        (MissingExtraError("a.onnx", extra="onnx"), EngineError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_there_and_back(error: EdgesmithError, kind: type[EdgesmithError]) -> None:
    revived = Failure.of(error).revive("a.onnx")
    assert (type(revived), str(revived), revived.tip) == (kind, str(error), error.tip)
    assert (revived.message, revived.details) == (error.message, error.details)


@pytest.mark.parametrize("kind", ["NoSuchError", "Iterator", "contextmanager", "__doc__"])
def test_an_unknown_kind_cannot_choose_what_is_called(kind: str) -> None:
    assert type(Failure(kind=kind, message="odd", tip=None).revive("a.onnx")) is EngineError


def test_the_subject_is_named() -> None:
    assert (
        str(Failure(kind="EngineError", message="it broke", tip=None).revive("a.onnx")) == "a.onnx: it broke"
    )
