"""ONNX, lowered from the `.tflite` of the same precision, so that both carry the same integers."""
