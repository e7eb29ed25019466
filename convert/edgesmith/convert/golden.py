"""The golden answers of a model file, computed where it is converted."""

from typing import Any

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import OpResolverType
from numpy.typing import NDArray

from edgesmith.convert.tflite.packing import IDENTIFIER
from edgesmith.convert.tflite.run import flatbuffer_outputs
from edgesmith.runtime.engines.pixels import write_pixels
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.scores import UINT8_SCALE
from edgesmith.runtime.spec import Golden, InputSpec, Precision

# Largest difference of probabilities that is still the same arithmetic. float32, float16: rounding in another
# order (both compute in float32). int8: on another processor family, one step of softmax (measured on emulated
# arm64; docs/conversion.md). int16x8: exact integers up to the softmax, which is in float. dynamic and mixed round
# to 8 bits what they computed in float, so that a last bit can become a step: at least this, or as much as two
# sets of kernels were seen to differ at conversion.
TOLERANCES: dict[Precision, float] = {
    "float32": 1e-5,
    "float16": 1e-5,
    "dynamic": 1e-5,
    "int8": UINT8_SCALE,
    "int16x8": 1e-5,
    "mixed": UINT8_SCALE,
}
_PLAIN_KERNELS = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES  # no XNNPACK
_MEASURED: frozenset[Precision] = frozenset({"dynamic", "mixed"})


def golden_answers(model: bytes, spec: InputSpec, precision: Precision) -> Golden:
    """Run the golden inputs: a `.tflite` on LiteRT, with XNNPACK and without; a `.onnx` on ONNX Runtime.

    The answers of a `.tflite` are those of the `.onnx` of its precision too, but for dynamic: its `.onnx` computes
    something else (`edgesmith.convert.onnx.weight_only`) and needs its own.
    """
    inputs = golden_inputs(spec)
    if model[4:8] == IDENTIFIER:
        outputs = flatbuffer_outputs(model, inputs, threads=1)
        others = flatbuffer_outputs(model, inputs, kernels=_PLAIN_KERNELS, threads=1)
    else:
        outputs = _run_onnx(model, inputs, onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL)
        others = _run_onnx(model, inputs, onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
    difference = float(np.abs(outputs.astype(np.float64) - others).max())
    # Integer outputs count in steps of a probability's 256th.
    unit = 1.0 if np.issubdtype(outputs.dtype, np.floating) else UINT8_SCALE
    least = TOLERANCES[precision] / unit
    return Golden(
        outputs=tuple(tuple(float(value) for value in row) for row in outputs),
        tolerance=max(least, difference) if precision in _MEASURED else least,
        other_kernels=difference,
    )


def _run_onnx(model: bytes, inputs: NDArray[np.uint8], level: Any) -> NDArray[Any]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = level
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (source,) = session.get_inputs()
    dtype = {"tensor(float)": np.float32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8}[source.type]
    tensor, rows = np.empty((1, *inputs.shape[1:]), dtype), []
    for picture in inputs:
        write_pixels(picture[None], tensor)
        rows.append(session.run(None, {source.name: tensor})[0][0])
    return np.stack(rows)
