"""Heat maps of one picture: which methods a model allows, and what they give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.explain.deployed_subject import DeployedSubject
from edgesmith.convert.explain.gradcam import grad_cam, grad_cam_plus_plus
from edgesmith.convert.explain.keras_subject import KerasSubject
from edgesmith.convert.explain.masking import centre_of_mass, occlusion, resized, score_cam
from edgesmith.convert.explain.plan import GRADIENT_METHODS, Method
from edgesmith.convert.explain.subject import Pixels
from edgesmith.runtime.errors import UnsupportedModelError

AnySubject = KerasSubject | DeployedSubject


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatMap:
    """`heat`: float32 [height, width] of the model's input, 0..1, 1 where it is hottest; all 0 for nothing found.

    `centre`: x and y of the centre of mass, as shares from the upper left. `note`: on what it rests.
    """

    index: int
    method: Method
    heat: NDArray[np.float32]
    note: str

    @property
    def centre(self) -> tuple[float, float] | None:
        """None without any heat."""
        return centre_of_mass(self.heat)


def methods_for(subject: AnySubject, wanted: tuple[Method, ...] | None) -> tuple[Method, ...]:
    """The methods to use. Raises `UnsupportedModelError` for one that the model cannot serve."""
    gradients = isinstance(subject, KerasSubject)
    if wanted is None:
        return ("grad-cam", "grad-cam++") if gradients else ("occlusion",)
    for method in wanted:
        if method in GRADIENT_METHODS and not gradients:
            raise UnsupportedModelError(
                f"{method} needs gradients, which a deployed file has not",
                tip="--method occlusion, or score-cam on a .tflite; or explain the RUN it came from",
            )
    if "score-cam" in wanted and isinstance(subject, DeployedSubject):
        _ = subject.tensors  # raises for ONNX before slow work
    return wanted


def heat_maps(
    subject: AnySubject,
    pixels: Pixels,
    classes: tuple[int, ...],
    *,
    methods: tuple[Method, ...] | None,
    layer: str | None,
) -> list[HeatMap]:
    """One map for each class and method, classes first, for one picture [1, height, width, channels].

    `methods`: None falls back to Score-CAM where there is no gradient; otherwise that raises
    `UnsupportedModelError`.
    """
    allowed = methods_for(subject, methods)
    asked = tuple(method for method in allowed if method in GRADIENT_METHODS)
    found: list[HeatMap] = []
    if asked and isinstance(subject, KerasSubject):
        by_gradient = _by_gradient(subject, pixels, classes, layer, asked)
        if not by_gradient and methods is not None:
            raise UnsupportedModelError(
                f"the score has no gradient on {subject.map_node(layer).path!r}",
                tip="a later --layer may have one; --method score-cam and occlusion need none",
            )
        found += by_gradient or _by_score_cam(subject, pixels, classes, layer)
    if "score-cam" in allowed:
        found += _by_score_cam(subject, pixels, classes, layer)
    if "occlusion" in allowed:
        found += _by_occlusion(subject, pixels, classes)
    return sorted(found, key=lambda heat: classes.index(heat.index))


def _by_gradient(
    subject: KerasSubject,
    pixels: Pixels,
    classes: tuple[int, ...],
    layer: str | None,
    methods: tuple[Method, ...],
) -> list[HeatMap]:
    """Nothing where one of the classes has no gradient."""
    features, gradients = subject.class_gradients(pixels, layer, classes)
    note = f"layer {subject.map_node(layer).path}, {features.shape[0]}×{features.shape[1]} places"
    maps = []
    for index, gradient in zip(classes, gradients, strict=True):
        if gradient is None:
            return []
        for method in methods:
            raw = (grad_cam if method == "grad-cam" else grad_cam_plus_plus)(features, gradient)
            maps.append(HeatMap(index=index, method=method, heat=_full_size(raw, pixels), note=note))
    return maps


def _by_score_cam(
    subject: AnySubject, pixels: Pixels, classes: tuple[int, ...], layer: str | None
) -> list[HeatMap]:
    features = subject.feature_map(pixels, layer)
    note = f"layer {features.name}, {features.values.shape[0]}×{features.values.shape[1]} places"
    raws = score_cam(subject.scores, pixels, features.values, classes)
    return [
        HeatMap(index=index, method="score-cam", heat=_full_size(raw, pixels), note=note)
        for index, raw in zip(classes, raws, strict=True)
    ]


def _by_occlusion(subject: AnySubject, pixels: Pixels, classes: tuple[int, ...]) -> list[HeatMap]:
    maps = []
    found = occlusion(subject.scores, pixels, classes, resolution=subject.resolution)
    for index, hidden in zip(classes, found, strict=True):
        note = (
            f"squares of {hidden.patch:.0%} of the side; the score falls from {100 * hidden.before:.1f} to"
            f" {100 * hidden.lowest:.1f} % at the hottest"
        )
        if hidden.before - hidden.lowest <= 2 * subject.resolution:
            note += ", hardly more than the score's own steps: this map says little"
        maps.append(HeatMap(index=index, method="occlusion", heat=normalised(hidden.drop), note=note))
    return maps


def _full_size(raw: NDArray[np.float32], pixels: Pixels) -> NDArray[np.float32]:
    return normalised(resized(raw, (pixels.shape[2], pixels.shape[1])))


def normalised(heat: NDArray[np.float32]) -> NDArray[np.float32]:
    """Heat scaled so that the hottest place is 1; what is negative becomes 0."""
    positive = np.maximum(heat, 0)
    highest = positive.max()
    scaled: NDArray[np.float32] = positive / highest if highest > 0 else positive
    return scaled
