"""One weight and one zero-point initializer for each reader: `session.x64quantprecision=1` fails on shared ones."""

from collections.abc import Iterator

import onnx_ir as ir

from edgesmith.convert.onnx.quantized import add_constant, constant, is_a


def unshare_weight_zero_points(graph: ir.Graph) -> int:
    """Give every reader of a dequantized constant its own DequantizeLinear, codes and zero point.

    ONNX Runtime rewrites weights and zero points together on x86 without VNNI and answers a shared one, of
    either kind, with "Attempt to replace the existing tensor". Weights are shared by a layer applied twice.
    """
    rewritten = 0
    taken: set[str | None] = set()
    for node in list(graph):
        shared = node.inputs[0] if is_a(node, "DequantizeLinear") else None
        codes, zero_point = constant(shared), constant(node.inputs[2]) if shared is not None else None
        if shared is None or codes is None or zero_point is None:
            continue
        for own in _one_for_each_reader(graph, node):
            name = own.outputs[0].name
            if shared.name in taken:
                own.replace_input_with(0, add_constant(graph, f"{name}:codes", codes))
            own.replace_input_with(2, add_constant(graph, f"{name}:zero_point", zero_point))
            taken.add(shared.name)
            rewritten += 1
    return rewritten


def _one_for_each_reader(graph: ir.Graph, node: ir.Node) -> Iterator[ir.Node]:
    yield node
    for number, use in enumerate(tuple(node.outputs[0].uses())[1:], start=2):
        own = ir.Node("", node.op_type, inputs=node.inputs, attributes=node.attributes.values())
        own.outputs[0].name = f"{node.outputs[0].name}:{number}"
        graph.insert_after(node, own)
        use.node.replace_input_with(use.idx, own.outputs[0])
        yield own
