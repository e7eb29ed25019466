"""A flatbuffer that is no file yet, run on LiteRT."""

import os
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from edgesmith.convert.parity import as_probabilities
from edgesmith.runtime.engines.pixels import write_pixels


def flatbuffer_outputs(
    flatbuffer: bytes,
    images: NDArray[Any],
    *,
    kernels: OpResolverType = OpResolverType.BUILTIN,
    threads: int | None = None,
) -> NDArray[Any]:
    """Raw outputs [n, classes] for raw pixels uint8 [n, height, width, channels], or values of the input's type.

    `kernels`: LiteRT's with XNNPACK, or another of its sets. `threads`: None takes all processors there are.
    """
    interpreter = Interpreter(
        model_content=flatbuffer,
        num_threads=threads or len(os.sched_getaffinity(0)),
        experimental_op_resolver_type=kernels,
    )
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    tensor, rows = np.empty(source["shape"], source["dtype"]), []
    for picture in images:
        write_pixels(picture[None], tensor)
        interpreter.set_tensor(source["index"], tensor)
        interpreter.invoke()
        rows.append(interpreter.get_tensor(target["index"])[0])
    return np.stack(rows)


def flatbuffer_scores(flatbuffer: bytes, pixels: NDArray[np.uint8], *, classes: int) -> NDArray[np.float32]:
    """Probabilities [n, classes] for raw pixels uint8 [n, height, width, channels]."""
    return as_probabilities(flatbuffer_outputs(flatbuffer, pixels), classes=classes)
