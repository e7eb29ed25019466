"""Which operators of a lowered int8 model do not give LiteRT's bits, and by how much.

Every operator is compared by itself, on the inputs that LiteRT gave it on real images, so that one that
rounds otherwise is not blamed for what follows.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edgesmith.convert.onnx.lower import Pass, lower
from edgesmith.convert.onnx.operatorwise import Activations, Apart, take_apart
from edgesmith.convert.tflite.read import operator_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """`operator`: its place in the `.tflite`, from 0. `kind`: TFLite's name for what it does.

    `max_steps`: the largest difference of codes. `share`: of values that differ, 0..1.
    """

    operator: int
    kind: str
    max_steps: int
    share: float

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `convert.json`."""
        return asdict(self)


def measure_deviations(
    tflite: bytes, pixels: NDArray[np.uint8], *, passes: tuple[Pass, ...]
) -> tuple[Deviation, ...]:
    """The operators that differ, in execution order; empty where each one gives LiteRT's bits.

    `tflite`: int8. `pixels`: raw images uint8 [n, height, width, channels]; some ten show what there is.
    `passes`: those that the `.onnx` was lowered with. Takes as long as lowering the model again.
    Raises `UnsupportedModelError` where that fails.
    """
    apart, activations = take_apart(tflite), Activations(tflite)
    session = _session(lower(apart.flatbuffer, passes=passes))
    places = range(len(apart.writes))
    steps, differing, values = ([0] * len(places) for _ in range(3))
    for picture in pixels:
        wanted = activations.of(picture[None])
        found = _run(session, apart, wanted)
        for place, name in enumerate(apart.writes):
            distance = np.abs(_unsigned(wanted[name]).reshape(-1) - found[name].astype(int).reshape(-1))
            steps[place] = max(steps[place], int(distance.max()))
            differing[place] += int(np.count_nonzero(distance))
            values[place] += distance.size
    kinds = operator_names(tflite)
    return tuple(
        Deviation(
            operator=place, kind=kinds[place], max_steps=steps[place], share=differing[place] / values[place]
        )
        for place in places
        if steps[place]
    )


def _run(
    session: onnxruntime.InferenceSession, apart: Apart, activations: dict[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    feeds = {
        source.name: _unsigned(activations[apart.reads[source.name]]).astype(np.uint8)
        for source in session.get_inputs()
    }
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def _unsigned(codes: NDArray[Any]) -> NDArray[np.int_]:
    """Codes as the lowered model has them, whose activations are all uint8."""
    offset = 128 if codes.dtype == np.int8 else 0
    return codes.astype(int) + offset


def _session(onnx: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # fatal only: a session of hundreds of inputs warns of their shapes
    return onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
