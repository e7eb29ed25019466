"""The rewrites that make ONNX Runtime compute a lowered int8 graph fast, and to the bit as LiteRT does.

Each pass is a function over an `onnx_ir.Graph` that returns how often it rewrote something; the order in
`edgesmith.convert.onnx.lower` matters. What each repairs was measured; see docs/conversion.md.
"""
