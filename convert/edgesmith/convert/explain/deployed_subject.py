"""A `.tflite` or `.onnx` under explanation, on the engine that runs it on the device."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.explain.activations import LayerActivation
from edgesmith.convert.explain.subject import Pixels, unknown
from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.errors import UnsupportedModelError
from edgesmith.runtime.modelfile import format_of
from edgesmith.runtime.scores import UINT8_SCALE

if TYPE_CHECKING:
    from edgesmith.convert.explain.tensors import TensorReader


class DeployedSubject:
    """A model file of edgesmith. It has no gradients; a `.onnx` shows no tensors but its output."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.stem
        self._classifier = Classifier(path)
        self.labels, self.geometry = self._classifier.labels, self._classifier.spec.input
        self.origin = f"{self._classifier.engine.name}, {self._classifier.spec.precision}"
        # uint8 outputs are multiples of 1/256.
        self.resolution = UINT8_SCALE if self._classifier.engine.output_dtype in (np.uint8, np.int8) else 1e-7
        self.has_tensors = format_of(path) == "tflite"

    def scores(self, pixels: Pixels) -> NDArray[np.float32]:
        """Probabilities [n, classes], one picture at a time as on the device."""
        classify = self._classifier
        return np.stack([classify.postprocess(classify.invoke(picture[None])).values for picture in pixels])

    def activations(self, pixels: Pixels) -> list[LayerActivation]:
        """The operators' outputs for one picture, dequantized."""
        from edgesmith.convert.explain.tensors import as_activations

        return as_activations(self.tensors.read(pixels))

    def feature_map(self, pixels: Pixels, layer: str | None) -> LayerActivation:
        """An operator's map for one picture, by the name `activations` gives it; None: the last map."""
        maps = [found for found in self.activations(pixels) if found.values.shape[:2] != (1, 1)]
        named = [found for found in maps if layer in (None, found.name)]
        if layer is not None and not named:
            raise unknown("layer", layer, [found.name for found in maps])
        if not named:
            raise UnsupportedModelError(
                "the file has no convolutional feature map", tip="--method occlusion needs none"
            )
        return named[-1]

    @cached_property
    def tensors(self) -> "TensorReader":
        """The interpreter that keeps its tensors. Raises `UnsupportedModelError` for ONNX."""
        if not self.has_tensors:
            raise UnsupportedModelError(
                f"{self.path.name}: ONNX Runtime shows no activations",
                tip="explain the .tflite of the same precision, whose integers are the same; or --show heatmaps",
            )
        from edgesmith.convert.explain.tensors import TensorReader

        return TensorReader(self.path)
