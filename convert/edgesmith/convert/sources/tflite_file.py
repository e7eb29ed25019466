"""Float `.tflite` files, whoever wrote them."""

from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.sources.source import Predict, Source
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.runrecord import sha256_of
from edgesmith.runtime.spec import ModelSpec


def load_tflite(file: Path) -> Source:
    """Load a float32 flatbuffer; what is in it is checked when it is read into the graph.

    Raises `ModelFileError` when LiteRT cannot load it.
    """
    flatbuffer = file.read_bytes()
    try:
        interpreter = Interpreter(model_content=flatbuffer)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelFileError(
            f"{str(file)!r}: LiteRT cannot load it: {str(error).splitlines()[0]}",
            tip="copy it again; a newer ai-edge-litert may be needed",
        ) from error
    return Source(
        framework="tflite",
        sha256=sha256_of(file),
        flatbuffer=flatbuffer,
        predict=_predictor(interpreter),
        run=None,
    )


def spec_inside(path: Path) -> ModelSpec | None:
    """What a `.tflite` of edgesmith says of itself; None for every other file or folder."""
    if path.suffix != ".tflite":
        return None
    try:
        return read_spec(path)
    except ModelFileError:  # another program's, which is as welcome
        return None


def _predictor(interpreter: Any) -> Predict:
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def predict(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = []
        for picture in pixels:
            interpreter.set_tensor(source, picture[None])
            interpreter.invoke()
            rows.append(interpreter.get_tensor(target)[0])
        return np.stack(rows)

    return predict
