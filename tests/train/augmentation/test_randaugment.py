from typing import Any

import numpy as np
import pytest

from edgesmith.train.augmentation.randaugment import rand_augment_layers, rand_augment_step
from edgesmith.train.backend import keras, tf


class Counting(keras.random.SeedGenerator):  # type: ignore[misc]
    def __init__(self) -> None:
        self.count = 0

    def next(self, ordered: bool = True) -> Any:  # noqa: ARG002  # Keras' signature
        self.count += 1
        return tf.constant([self.count, 0])


def test_every_image_gets_two_of_the_steps() -> None:
    # Step n adds 10^n, so that the digits of a pixel count how often each step was applied.
    def adding(n: int) -> Any:
        return lambda images, seeds: images + 10.0**n

    changed = rand_augment_step([adding(n) for n in range(4)])(tf.zeros((64, 2, 2, 1)), Counting()).numpy()

    digits = [sum(map(int, str(int(image[0, 0, 0])))) for image in changed]
    assert digits == [2] * 64
    assert len(np.unique(changed)) == 10  # all pairs of four


def test_images_keep_their_place() -> None:
    images = tf.reshape(tf.range(64, dtype=tf.float32), (64, 1, 1, 1))

    changed = rand_augment_step([lambda images, seeds: images] * 5)(images, Counting())

    assert np.array_equal(changed, images)


def test_draws_from_the_layers_of_keras() -> None:
    theirs = keras.layers.RandAugment()
    kinds = [type(getattr(theirs, name)) for name in theirs._AUGMENT_LAYERS]

    assert [isinstance(*pair) for pair in zip(rand_augment_layers(5, channels=3), kinds, strict=True)] == [
        True
    ] * 11


def test_grey_images_have_no_colour_to_lose() -> None:
    kinds = {type(layer) for layer in rand_augment_layers(5, channels=1)}

    assert keras.layers.RandomColorDegeneration not in kinds
    assert len(kinds) == 10


@pytest.mark.parametrize("magnitude", [0, 5, 10])
def test_no_operation_leaves_the_range(magnitude: float) -> None:
    images = np.random.default_rng(0).uniform(0, 255, (4, 16, 16, 3)).astype(np.float32)

    for layer in rand_augment_layers(magnitude, channels=3, seed=1, data_format="channels_last"):
        changed = layer(images).numpy()
        assert changed.min() >= 0, layer.name
        assert changed.max() <= 255, layer.name


def test_magnitude_0_changes_no_geometry_and_hardly_a_colour() -> None:
    images = np.random.default_rng(0).uniform(0, 255, (4, 16, 16, 3)).astype(np.float32)
    # These two have no strength.
    fixed = (keras.layers.AutoContrast, keras.layers.Equalization)

    for layer in rand_augment_layers(0, channels=3, seed=1, data_format="channels_last"):
        if not isinstance(layer, fixed):
            # Posterization to eight bits cuts off fractions.
            np.testing.assert_allclose(layer(images), images, atol=1, err_msg=layer.name)
