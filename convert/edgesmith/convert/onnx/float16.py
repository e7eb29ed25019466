"""float16 in ONNX: weights stored in half the size, computed in float32.

The Casts work on constants alone, so that ONNX Runtime folds them when it loads the file. Its CPU kernels have no
float16 convolution on x86: a graph in float16 throughout gains no accuracy and takes twice as long there.
"""

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import add_constant, constant, replace_reads


def store_float16(graph: ir.Graph) -> int:
    """Store float32 initializers of at least one axis as float16, with a Cast to float32 for their readers.

    Ensures the very values of the float16 `.tflite`: both round to nearest. Scalars (bounds of Clip, the input
    offset) stay. Raises `ValueError` for a weight that float16 cannot hold.
    """
    stored = 0
    for value in list(graph.initializers.values()):
        array = constant(value)
        if array is None or array.dtype != np.float32 or array.ndim == 0 or not value.uses():
            continue
        limit = float(np.finfo(np.float16).max)
        if np.abs(array).max(initial=0) > limit:
            raise ValueError(f"{value.name} holds {np.abs(array).max():g}; float16 ends at {limit:g}")
        half = add_constant(graph, f"{value.name}:float16", array.astype(np.float16))
        cast = ir.node("Cast", inputs=[half], attributes={"to": ir.DataType.FLOAT.value})
        cast.outputs[0].name = f"{value.name}:float32"
        graph.insert_before(graph[0], cast)
        replace_reads(value, cast.outputs[0])
        stored += 1
    return stored


FLOAT16_PASSES = (store_float16,)
"""From the float32 `.tflite` to the float16 `.onnx`."""
