"""The folded graph against the model it was read from: the same function, or the conversion stops and says where."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.evaluate import activations, run
from edgesmith.convert.original import Original
from edgesmith.convert.parity import as_probabilities
from edgesmith.convert.quantization.observe import input_values
from edgesmith.runtime.errors import UnsupportedModelError

MAX_DIFFERENCE = 1e-4
"""In probability. Rounding in another order stays below 1e-5 on the networks tried, but for MobileNetV1's
1,000 classes, where it reached 1.4e-5; a fold that is wrong moves probabilities by far more."""

COMPARED = 10
"""Images: a wrong fold shows on the first."""

_RELATIVE = 1e-3  # of a tensor's largest value: tells a wrong operator from rounding that has added up


def require_equal(
    graph: Graph, original: Original, pixels: NDArray[np.uint8], wanted: NDArray[np.float32]
) -> None:
    """Raise `UnsupportedModelError` when the graph's probabilities are not the source's.

    `pixels`: raw, uint8 [n, height, width, channels]. `wanted`: the source's probabilities [n, classes].
    """
    pixels, wanted = pixels[:COMPARED], wanted[:COMPARED]
    rows = run(graph, input_values(graph, pixels)).numpy()
    difference = float(np.abs(as_probabilities(rows, classes=wanted.shape[1]) - wanted).max())
    if not difference <= MAX_DIFFERENCE:  # NaN too
        raise UnsupportedModelError(
            f"the folded graph differs from the model by {difference:.1e} in probability, {_where(graph, original, pixels[:1])}",
            tip="please report the model; its float file would not be the model you trained",
        )


def _where(graph: Graph, original: Original, pixels: NDArray[np.uint8]) -> str:
    interpreter = Interpreter(
        model_content=original.source.flatbuffer,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], original.normalisation.apply(pixels))
    interpreter.invoke()
    found = activations(graph, input_values(graph, pixels))
    for operator in graph.operators:
        index = operator.output.rpartition("#")[2]  # tensors read from a file carry its index
        if not index.isdigit():
            continue
        expected, values = interpreter.get_tensor(int(index)), found[operator.output].numpy()
        if expected.shape != values.shape:
            continue
        if np.abs(values - expected).max() > _RELATIVE * max(1.0, float(np.abs(expected).max())):
            return f"first at {operator.kind} {operator.output!r}"
    return "at no operator in particular"
