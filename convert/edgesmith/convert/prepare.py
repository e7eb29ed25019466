"""From a source's float `.tflite` to the one graph that everything is exported from."""

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.fold_normalisation import fold_normalisation
from edgesmith.convert.graph.fold_padding import fold_padding
from edgesmith.convert.graph.model import PROBABILITY
from edgesmith.convert.graph.shapes import tensor_shapes
from edgesmith.convert.tflite.read import read_graph
from edgesmith.runtime.errors import DataError, UnsupportedModelError


def prepare_graph(flatbuffer: bytes, labels: tuple[str, ...]) -> Graph:
    """Read and fold. The input becomes raw pixels, the output stays probabilities [1, classes].

    Raises `UnsupportedModelError` for operators that cannot be converted and for models that do not end in
    softmax or sigmoid; `DataError` when the labels do not fit the output.
    """
    graph = read_graph(flatbuffer)
    shapes = tensor_shapes(graph)
    last = graph.producer(graph.output)
    if last is None or last.kind not in PROBABILITY:
        raise UnsupportedModelError(
            f"the model ends in {last.kind if last else 'its input'}, not in softmax or sigmoid",
            tip="give its last layer activation='softmax', so that the output is probabilities",
        )
    _require_labels(shapes[graph.output], labels)
    return fold_padding(fold_normalisation(graph), shapes)


def _require_labels(output: tuple[int, ...], labels: tuple[str, ...]) -> None:
    outputs = output[-1]
    if len(output) != 2:
        raise UnsupportedModelError(f"output shape {output}; [1, classes] is needed")
    if len(labels) != (2 if outputs == 1 else outputs):
        raise DataError(
            f"{len(labels)} labels for {outputs} outputs",
            tip="one label for each output, in order; two for a single sigmoid output",
        )
