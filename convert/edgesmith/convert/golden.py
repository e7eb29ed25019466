"""The golden answers of a `.tflite`, computed where it is converted."""

from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.spec import Golden, InputSpec, Precision

# Largest difference that is still the same arithmetic: in float32, rounding in another order; in int8 on
# another processor family, one step of softmax (measured on emulated arm64; docs/conversion.md).
TOLERANCES: dict[Precision, float] = {"float32": 1e-5, "int8": 1.0}


def golden_answers(flatbuffer: bytes, spec: InputSpec, precision: Precision) -> Golden:
    """Run the golden inputs on LiteRT, with XNNPACK and without."""
    inputs = golden_inputs(spec)
    outputs = _run(flatbuffer, inputs, OpResolverType.BUILTIN)
    others = _run(flatbuffer, inputs, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    return Golden(
        outputs=tuple(tuple(float(value) for value in row) for row in outputs),
        tolerance=TOLERANCES[precision],
        other_kernels=float(np.abs(outputs.astype(np.float64) - others).max()),
    )


def _run(flatbuffer: bytes, inputs: NDArray[np.uint8], resolver: Any) -> NDArray[Any]:
    interpreter = Interpreter(model_content=flatbuffer, num_threads=1, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    rows = []
    for picture in inputs:
        interpreter.set_tensor(source["index"], picture[None].astype(source["dtype"]))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(target["index"])[0])
    return np.stack(rows)
