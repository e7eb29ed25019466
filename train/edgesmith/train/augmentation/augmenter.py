"""Augmentation as one pure function of images, labels and a seed, for use inside `tf.data`.

TensorFlow runs it whatever backend Keras trains with, as input pipelines are TensorFlow's.
"""

from collections.abc import Callable
from typing import Any

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.augmentation.affine import RandomAffine
from edgesmith.train.augmentation.randaugment import Step, rand_augment_layers, rand_augment_step
from edgesmith.train.augmentation.settings import Augmentation
from edgesmith.train.backend import keras, tf

Augmenter = Callable[[Any, Any, Any], tuple[Any, Any]]

# Of Keras' layers that change images; float32 also where the network trains in mixed precision, and a seed
# of their own, never used, because without one they would advance Python's random generator.
LAYER: dict[str, Any] = {"dtype": "float32", "data_format": "channels_last", "seed": 0}


class FoldedSeeds(keras.random.SeedGenerator):  # type: ignore[misc]  # keras has no types
    """What Keras' layers draw with: the n-th draw gets the given seed, int32 [2], with n folded in.

    n is counted while the graph is traced, so it belongs to the place in the graph and not to the call:
    there is no state, and the order and parallelism of calls change nothing.
    """

    def __init__(self, seed: Any) -> None:  # not the base class's: it would create a variable
        self._seed = seed
        self._draws = 0

    def next(self, ordered: bool = True) -> Any:  # noqa: ARG002  # Keras' signature
        """The seed of the next draw, int32 [2]."""
        self._draws += 1
        return tf.random.experimental.stateless_fold_in(self._seed, self._draws)


def make_augmenter(augmentation: Augmentation, *, spec: InputSpec, classes: int) -> Augmenter:
    """A function (images float32 [b, h, w, c] 0..255, labels float32 [b, classes], seed int32 [2]) → the first two.

    Every image gets draws of its own. Labels are one-hot rows, after MixUp or CutMix shares that sum to 1.
    The same arguments give the same bytes, whatever was called before or beside. Validation and test images
    never pass through it: it is a part of the training pipeline, not of the model.
    """
    steps = _steps(augmentation, channels=spec.channels)
    mixers = _mixers(augmentation)

    def augment(images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        seeds = FoldedSeeds(seed)
        for step in steps:
            images = step(images, seeds)
        return _mix(mixers, images, labels, seeds)

    signature = [
        tf.TensorSpec((None, *spec.shape[1:]), tf.float32),
        tf.TensorSpec((None, classes), tf.float32),
        tf.TensorSpec((2,), tf.int32),
    ]
    augmenter: Augmenter = tf.function(augment, input_signature=signature)
    return augmenter


def _steps(augmentation: Augmentation, *, channels: int) -> list[Step]:
    steps: list[Step] = []
    if augmentation.resamples:
        steps.append(_step(RandomAffine(augmentation, **LAYER)))
    elif augmentation.horizontal_flip:
        steps.append(_step(keras.layers.RandomFlip("horizontal", **LAYER)))
    if augmentation.brightness:
        steps.append(_step(keras.layers.RandomBrightness(augmentation.brightness, **LAYER)))
    if augmentation.contrast:
        # A pair, as Keras makes (0, number) of a single number, and so contrasts that never fall.
        share = augmentation.contrast
        steps.append(_step(keras.layers.RandomContrast((share, share), **LAYER)))
    if augmentation.rand_augment is not None:
        layers = rand_augment_layers(augmentation.rand_augment, channels=channels, **LAYER)
        steps.append(rand_augment_step([_step(layer) for layer in layers]))
    return steps


def _mixers(augmentation: Augmentation) -> list[Any]:
    mixers: list[Any] = []
    if augmentation.mixup is not None:
        mixers.append(keras.layers.MixUp(augmentation.mixup, **LAYER))
    if augmentation.cutmix is not None:
        mixers.append(keras.layers.CutMix((augmentation.cutmix, augmentation.cutmix), **LAYER))
    return [_inside_tensorflow(layer) for layer in mixers]


def _inside_tensorflow(layer: Any) -> Any:
    # What Keras does in a layer's __call__, which takes no seed.
    layer.backend.set_backend("tensorflow")
    return layer


def _step(layer: Any) -> Step:
    _inside_tensorflow(layer)

    def change(images: Any, seeds: Any) -> Any:
        return layer.transform_images(images, layer.get_random_transformation(images, seed=seeds))

    if isinstance(layer, keras.layers.Equalization):
        # It takes one histogram of all the images that it is given.
        return lambda images, seeds: tf.map_fn(lambda image: change(image[None], seeds)[0], images)
    return change


def _mix(mixers: list[Any], images: Any, labels: Any, seeds: FoldedSeeds) -> tuple[Any, Any]:
    """Of two mixers, one drawn for the batch."""

    def mix(layer: Any) -> tuple[Any, Any]:
        drawn = layer.get_random_transformation(images, seed=seeds)
        return layer.transform_images(images, drawn), layer.transform_labels(labels, drawn)

    if not mixers:
        return images, labels
    if len(mixers) == 1:
        return mix(mixers[0])
    first = tf.random.stateless_uniform((), seeds.next()) < 0.5
    mixed: tuple[Any, Any] = tf.cond(first, lambda: mix(mixers[0]), lambda: mix(mixers[1]))
    return mixed
