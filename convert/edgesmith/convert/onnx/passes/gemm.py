"""MatMul and its bias as one Gemm: ONNX Runtime makes a QGemm of it; apart, the classifier runs in float."""

import onnx_ir as ir

from edgesmith.convert.onnx.quantized import constant, is_a, only_reader


def fuse_gemm(graph: ir.Graph) -> int:
    """Fuse MatMul with two-dimensional constant weights and the Add of a dequantized bias vector."""
    rewritten = 0
    for product in list(graph):
        add = only_reader(product.outputs[0]) if is_a(product, "MatMul") else None
        if not is_a(add, "Add") or add is None or _rank(product.inputs[1]) != 2:
            continue
        bias = next((value for value in add.inputs if value is not product.outputs[0]), None)
        if bias is None or _rank(bias) != 1:
            continue
        gemm = ir.node("Gemm", inputs=[*product.inputs, bias], outputs=None, name=product.name)
        gemm.outputs[0].name = f"{product.outputs[0].name}:gemm"
        graph.insert_before(add, gemm)
        ir.convenience.replace_all_uses_with(add.outputs[0], gemm.outputs[0])
        graph.remove([add, product], safe=True)
        rewritten += 1
    return rewritten


def _rank(value: ir.Value | None) -> int | None:
    """Dimensions of a dequantized constant; None for anything else."""
    node = None if value is None else value.producer()
    codes = constant(node.inputs[0]) if is_a(node, "DequantizeLinear") and node is not None else None
    return None if codes is None else codes.ndim
