"""One order and one set of names for equal models: tf2onnx's depend on hash seeds and on what it did before."""

import onnx_ir as ir


def canonicalize(graph: ir.Graph) -> int:
    """Order nodes as a walk from the outputs meets them, and name all they write and read by that order.

    tf2onnx merges equal nodes in the order of a set, so that even the names it was given come out by chance.
    Those of graph inputs and outputs stay. Returns the number of nodes.
    """
    nodes = _walk(graph)
    graph.remove(list(graph))
    graph.extend(nodes)
    graph.initializers.clear()
    for number, node in enumerate(nodes):
        node.name = f"{node.op_type}_{number}"
        for place, output in enumerate(node.outputs):
            if not output.is_graph_output():
                output.name = f"{node.name}:{place}"
    for node in nodes:
        for place, value in enumerate(node.inputs):
            if value is not None and value.const_value is not None and value.name not in graph.initializers:
                value.name = value.const_value.name = f"{node.name}:input_{place}"
                graph.register_initializer(value)
    return len(nodes)


def _walk(graph: ir.Graph) -> list[ir.Node]:
    """All nodes that the outputs need, each behind those whose outputs it reads."""
    found: dict[ir.Node, None] = {}
    pending = [(value.producer(), False) for value in reversed(graph.outputs)]
    while pending:
        node, inputs_done = pending.pop()
        if node is None or node in found:
            continue
        if inputs_done:
            found[node] = None
            continue
        pending.append((node, True))
        pending += [(value.producer(), False) for value in reversed(node.inputs) if value is not None]
    return list(found)
