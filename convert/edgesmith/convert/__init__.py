"""Conversion: from a trained model to `.tflite` and `.onnx` files that say the same, in float and in int8."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgesmith.convert.conversion import convert
    from edgesmith.convert.plan import ConversionPlan

__all__ = ["ConversionPlan", "convert"]


def __getattr__(name: str) -> Any:
    # Lazy, so that the command's options can be listed without loading TensorFlow.
    if name == "ConversionPlan":
        from edgesmith.convert.plan import ConversionPlan

        return ConversionPlan
    if name == "convert":
        from edgesmith.convert.conversion import convert

        return convert
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
