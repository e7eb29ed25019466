"""Weight-only in ONNX: int8 weights, computed in float32. What `dynamic` is there.

LiteRT rounds the activations of a dynamic-range file to 8 bits as it goes, and multiplies integers; here the codes
of the weights are the same, but not the arithmetic: the two files do not promise the same bits.
"""

import numpy as np
import onnx_ir as ir

from edgesmith.convert.onnx.quantized import add_constant, constant, is_a, quantization, replace_reads


def keep_activations_float(graph: ir.Graph) -> int:
    """Remove each DynamicQuantizeLinear and the DequantizeLinear behind it: their readers get the float tensor.

    tf2onnx writes such a pair where TFLite's kernel rounds its input with one scale for the tensor.
    """
    removed = 0
    for quantize in list(graph):
        if not is_a(quantize, "DynamicQuantizeLinear"):
            continue
        real = quantize.inputs[0]
        readers = [use.node for use in quantize.outputs[0].uses()]
        if real is None or not all(is_a(reader, "DequantizeLinear") for reader in readers):
            raise ValueError(f"{quantize.name}: codes that are not dequantized at once")
        for dequantize in readers:
            replace_reads(dequantize.outputs[0], real)
        graph.remove([*readers, quantize], safe=True)
        removed += 1
    return removed


def dequantize_weights_at_load(graph: ir.Graph) -> int:
    """Cast and Mul in the place of each DequantizeLinear of constants; int8 codes and scales stay as they are.

    ONNX Runtime folds these two into float weights when it loads the file. A DequantizeLinear it either computes
    anew for each image (EfficientNet-Lite0 then takes two and a half times as long) or fuses, before a matrix
    product, into one that rounds the activations.
    Requires zero points of 0, which TFLite's weights have.
    """
    replaced = 0
    for dequantize in list(graph):
        codes = constant(dequantize.inputs[0]) if is_a(dequantize, "DequantizeLinear") else None
        if codes is None:
            continue
        scale, zero_point = quantization(dequantize).scale, quantization(dequantize).zero_point
        if np.any(zero_point):
            raise ValueError(f"{dequantize.name}: weights with a zero point")
        if scale.ndim:
            axis = dequantize.attributes["axis"].as_int()
            scale = scale.reshape([-1 if place == axis else 1 for place in range(codes.ndim)])
        _replace(graph, dequantize, scale)
        replaced += 1
    return replaced


def _replace(
    graph: ir.Graph, dequantize: ir.Node, scale: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
) -> None:
    name = dequantize.outputs[0].name
    cast = ir.node("Cast", inputs=[dequantize.inputs[0]], attributes={"to": ir.DataType.FLOAT.value})
    product = ir.node("Mul", inputs=[cast.outputs[0], add_constant(graph, f"{name}:scale", scale)])
    cast.outputs[0].name, product.outputs[0].name = f"{name}:codes", f"{name}:real"
    graph.insert_before(dequantize, [cast, product])
    replace_reads(dequantize.outputs[0], product.outputs[0])
    graph.remove(dequantize, safe=True)


WEIGHT_ONLY_PASSES = (keep_activations_float, dequantize_weights_at_load)
"""From the dynamic `.tflite` to the weight-only `.onnx`."""
