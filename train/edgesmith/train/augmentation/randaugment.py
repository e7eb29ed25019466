"""RandAugment (E. D. Cubuk et al., 2019) of the eleven Keras layers that `keras.layers.RandAugment` draws from.

That layer itself is not used. It draws the operations once for a batch and computes all of them twice for every
image. It posterizes and solarizes hardest at its weakest setting, turns by up to half a circle at its
default, only brightens, never lowers contrast, and equalizes a batch as if it were one picture.
"""

from collections.abc import Callable
from typing import Any

from edgesmith.train.backend import keras, tf

# Of each image, as the paper's authors and keras.layers.RandAugment have it.
_OPERATIONS = 2

# Applies one kind of change to images float32 [b, h, w, c], drawing with a keras.random.SeedGenerator.
Step = Callable[[Any, Any], Any]


class RandomSolarization(keras.layers.Solarization):  # type: ignore[misc]  # keras has no types
    """Keras' `Solarization` with its threshold counted from white: a larger factor inverts more, 0 nothing."""

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> dict[str, Any]:
        """As Keras draws it; above its threshold, 1..256, a value is inverted."""
        drawn = super().get_random_transformation(data, training, seed)
        return {**drawn, "thresholds": 256.0 - drawn["thresholds"]}


def rand_augment_layers(magnitude: float, *, channels: int, **options: Any) -> list[Any]:
    """One layer for each operation, at a magnitude 0..10; `options` go to each layer.

    At 10 the extents are the paper's (shear 0.3, shift 0.45, 30 degrees, contrast and sharpness 0.1 to 1.9 times,
    four bits for posterization), and draws run from none of it to all of it. Colour is left out for grey images.
    """
    share, layers = magnitude / 10, keras.layers
    nearest = {"fill_mode": "nearest", **options}
    bits = 8 - round(4 * share)
    colour = [layers.RandomColorDegeneration((0.0, 0.9 * share), **options)] if channels == 3 else []
    return [
        layers.RandomShear(0.3 * share, 0.3 * share, **nearest),
        layers.RandomTranslation(0.45 * share, 0.45 * share, **nearest),
        layers.RandomRotation(30 / 360 * share, **nearest),
        layers.RandomBrightness(0.5 * share, **options),
        *colour,
        layers.RandomContrast((0.9 * share, 0.9 * share), **options),
        # 0.5 leaves an image as it is, 0 smooths and 1 sharpens.
        layers.RandomSharpness((0.5 - 0.45 * share, 0.5 + 0.45 * share), **options),
        layers.RandomPosterization((bits, 8), **options),
        RandomSolarization(threshold_factor=share, **options),
        layers.AutoContrast(**_without_seed(options)),
        layers.Equalization(**_without_seed(options)),
    ]


def rand_augment_step(steps: list[Step]) -> Step:
    """Two of `steps` one after the other, drawn for each image of a batch."""

    def augment(images: Any, seeds: Any) -> Any:
        shape = images.shape
        for _ in range(_OPERATIONS):
            images = tf.ensure_shape(_one_each(steps, images, seeds), shape)
        return images

    return augment


def _one_each(steps: list[Step], images: Any, seeds: Any) -> Any:
    """Every image through one step, computed only on the images that drew it."""
    count = tf.shape(images)[0]
    drawn = tf.random.stateless_uniform((count,), seeds.next(), 0, len(steps), tf.int32)
    places = tf.dynamic_partition(tf.range(count), drawn, len(steps))
    groups = tf.dynamic_partition(images, drawn, len(steps))
    changed = [step(group, seeds) for step, group in zip(steps, groups, strict=True)]
    return tf.dynamic_stitch(places, changed)


def _without_seed(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "seed"}
