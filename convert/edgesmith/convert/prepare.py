"""From a source's float `.tflite` to the one graph that everything is exported from."""

from dataclasses import dataclass, replace

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.fold_normalisation import fold_normalisation
from edgesmith.convert.graph.fold_padding import fold_padding
from edgesmith.convert.graph.model import PROBABILITY
from edgesmith.convert.graph.restore_batch import restore_batch
from edgesmith.convert.graph.shapes import tensor_shapes
from edgesmith.convert.graph.two_outputs import with_two_outputs
from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.tflite.read import read_graph
from edgesmith.runtime.errors import DataError, UnsupportedModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """`graph`: raw pixels in, probabilities out. `from_logits`: the source itself ends in logits."""

    graph: Graph
    from_logits: bool


def prepare_graph(
    flatbuffer: bytes, labels: tuple[str, ...], normalisation: ExternalNormalisation
) -> Prepared:
    """Read and fold. The input becomes raw pixels, the output probabilities [1, classes].

    A model that ends in neither softmax nor sigmoid is taken to end in logits, and gets the one that fits
    its number of outputs. One sigmoid output becomes two probabilities. Raises `UnsupportedModelError` for operators that cannot be converted, `DataError`
    when the labels do not fit the output, `OptionError` for a normalisation that does not fit the channels.
    """
    graph = read_graph(flatbuffer)
    shapes = tensor_shapes(graph)
    outputs = _outputs(shapes[graph.output], labels)
    last = graph.producer(graph.output)
    from_logits = last is None or last.kind not in PROBABILITY
    if from_logits:
        graph = _with_probabilities(graph, outputs)
    graph = restore_batch(graph, shapes)
    if outputs == 1:
        graph = with_two_outputs(graph)
    padded = fold_padding(graph, shapes)
    return Prepared(graph=fold_normalisation(normalisation.in_front_of(padded)), from_logits=from_logits)


def _with_probabilities(graph: Graph, outputs: int) -> Graph:
    output = f"{graph.output}:probabilities"
    if outputs == 1:
        last = Operator(kind="LOGISTIC", inputs=(graph.output,), output=output)
    else:
        last = Operator(kind="SOFTMAX", inputs=(graph.output,), output=output, options={"beta": 1.0})
    return replace(graph, operators=(*graph.operators, last), output=output)


def _outputs(output: tuple[int, ...], labels: tuple[str, ...]) -> int:
    outputs = output[-1]
    if len(output) != 2:
        raise UnsupportedModelError(
            f"output shape {output}; [1, classes] is needed",
            tip="end the model in one vector a picture: GlobalAveragePooling2D, then Dense(classes)",
        )
    if len(labels) != (2 if outputs == 1 else outputs):
        raise DataError(
            f"{len(labels)} labels for {outputs} outputs",
            tip="one label for each output, in order; two for a single sigmoid output",
        )
    return outputs
