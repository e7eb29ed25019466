"""What holds for every knob: pure by seed, an own draw for each image, values and labels in range."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.augmentation.augmenter import make_augmenter
from edgesmith.train.augmentation.settings import PHOTOS, Augmentation
from edgesmith.train.backend import keras, tf

Images = NDArray[np.float32]

SPEC = InputSpec(height=24, width=20, channels=3)
CLASSES = 4
ONE_HOT = np.eye(CLASSES, dtype=np.float32)[np.arange(8) % CLASSES]

KNOBS = {
    "rotation": Augmentation(rotation=30),
    "width shift": Augmentation(width_shift=0.2),
    "height shift": Augmentation(height_shift=0.2),
    "shear": Augmentation(shear=20),
    "zoom": Augmentation(zoom=0.3),
    "flip": Augmentation(horizontal_flip=True),
    "brightness": Augmentation(brightness=0.3),
    "contrast": Augmentation(contrast=0.5),
    "RandAugment": Augmentation(rand_augment=9),
    "MixUp": Augmentation(mixup=0.5),
    "CutMix": Augmentation(cutmix=1.0),
}
STRONG = replace(PHOTOS, rotation=90, brightness=1.0, contrast=1.0, mixup=0.2, cutmix=1.0)
ALL = replace(STRONG, rand_augment=10)  # takes seconds to trace


@cache  # of what is built and traced, not of what it returns
def make(augmentation: Augmentation) -> Any:
    augment = make_augmenter(augmentation, spec=SPEC, classes=CLASSES)

    def run(images: Images, *seed: int) -> tuple[Images, Images]:
        changed, labels = augment(images, ONE_HOT[: len(images)], np.array(seed, np.int32))
        return changed.numpy(), labels.numpy()

    return run


@pytest.mark.parametrize("augmentation", KNOBS.values(), ids=KNOBS)
def test_seed_decides_alone(augmentation: Augmentation, images: Images) -> None:
    run = make(augmentation)
    first, other = run(images, 3, 5), run(images, 3, 6)
    again = run(images, 3, 5)

    assert first[0].tobytes() == again[0].tobytes()
    assert first[1].tobytes() == again[1].tobytes()
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0], run(images, 4, 5)[0])


def test_python_and_numpy_and_keras_seeds_are_neither_used_nor_advanced(images: Images) -> None:
    keras.utils.set_random_seed(1)
    first = make.__wrapped__(STRONG)(images, 1, 2)[0]
    drawn_after = np.random.random(), keras.random.uniform(()).numpy()
    keras.utils.set_random_seed(1)

    assert drawn_after == (np.random.random(), keras.random.uniform(()).numpy())
    assert np.array_equal(first, make(STRONG)(images, 1, 2)[0])


def test_order_and_parallelism_change_nothing(images: Images) -> None:
    augment = make_augmenter(STRONG, spec=SPEC, classes=CLASSES)

    def run(indices: list[int], parallel: int) -> dict[int, bytes]:
        def change(index: Any) -> Any:
            return index, *augment(images, ONE_HOT, tf.stack([7, index]))

        batches = tf.data.Dataset.from_tensor_slices(np.array(indices, np.int32)).map(change, parallel)
        return {int(index): pixels.numpy().tobytes() for index, pixels, _ in batches}

    assert run([0, 1, 2, 3, 4, 5], 1) == run([5, 3, 1, 0, 2, 4], 4)


def test_smaller_last_batch_is_taken(images: Images) -> None:
    changed, labels = make(ALL)(images[:3], 1, 2)

    assert (changed.shape, labels.shape) == ((3, 24, 20, 3), (3, CLASSES))


ALONE = {name: knob for name, knob in KNOBS.items() if name not in ("MixUp", "CutMix", "flip", "RandAugment")}


@pytest.mark.parametrize("augmentation", ALONE.values(), ids=ALONE)
def test_every_image_has_its_own_draw(augmentation: Augmentation, images: Images) -> None:
    same = np.repeat(images[:1], 8, axis=0)

    changed, _ = make(augmentation)(same, 1, 2)

    assert len({image.tobytes() for image in changed}) == 8


def test_values_stay_in_their_range(images: Images) -> None:
    for seed in range(5):
        changed, _ = make(ALL)(images, 0, seed)

        assert changed.dtype == np.float32
        assert changed.min() >= 0
        assert changed.max() <= 255


MIXED = {
    "MixUp": Augmentation(mixup=0.5),
    "CutMix": Augmentation(cutmix=1.0),
    "both": Augmentation(mixup=0.5, cutmix=1.0),
}


@pytest.mark.parametrize("augmentation", [ALL, *KNOBS.values()], ids=["all", *KNOBS])
def test_labels_are_shares_of_one(augmentation: Augmentation, images: Images) -> None:
    _, labels = make(augmentation)(images, 1, 2)

    assert labels.min() >= 0
    np.testing.assert_allclose(labels.sum(axis=1), 1, atol=1e-6)
    assert np.array_equal(labels, ONE_HOT) == (not augmentation.mixes_images)


@pytest.mark.parametrize("augmentation", MIXED.values(), ids=MIXED)
def test_label_says_how_much_of_each_class_is_in_the_picture(augmentation: Augmentation) -> None:
    levels = np.array([0, 80, 160, 240], np.float32)
    flat = np.broadcast_to((ONE_HOT @ levels)[:, None, None, None], (8, 24, 20, 3)).astype(np.float32)

    changed, labels = make(augmentation)(flat, 1, 2)

    # CutMix counts a patch with its fractions of pixels: up to one row and one column of 24×20 more or less.
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), labels @ levels, atol=0.1 * 240)
    assert not np.array_equal(labels, ONE_HOT)


def test_batches_draw_between_mixup_and_cutmix() -> None:
    white = np.broadcast_to(ONE_HOT[:, :1, None, None] * 255, (8, 24, 20, 3)).astype(np.float32)
    run = make(MIXED["both"])

    blended = [
        bool(((changed > 0) & (changed < 255)).any()) for changed, _ in (run(white, 0, n) for n in range(12))
    ]

    assert set(blended) == {True, False}


def test_contrast_rises_and_falls(images: Images) -> None:
    changed, _ = make(Augmentation(contrast=0.3))(images, 1, 2)

    ratio = changed.std(axis=(1, 2)) / images.std(axis=(1, 2))
    assert ratio.min() < 0.95
    assert ratio.max() > 1.05


def test_nothing_asked_is_nothing_done(images: Images) -> None:
    changed, labels = make(Augmentation())(images, 1, 2)

    assert np.array_equal(changed, images)
    assert np.array_equal(labels, ONE_HOT)


def test_grey_images_are_taken() -> None:
    grey = np.random.default_rng(0).uniform(0, 255, (8, 28, 28, 1)).astype(np.float32)
    augment = make_augmenter(ALL, spec=InputSpec(height=28, width=28, channels=1), classes=CLASSES)

    assert augment(grey, ONE_HOT, np.array([0, 1], np.int32))[0].shape == grey.shape


def test_no_layer_can_reach_a_model() -> None:
    """Validation, saving and conversion see the model alone: what augments is no layer and holds no variable."""
    augment: Any = make_augmenter(STRONG, spec=SPEC, classes=CLASSES)

    assert not isinstance(augment, keras.Layer)
    concrete = augment.get_concrete_function()
    assert list(concrete.variables) == []
    assert not [
        op.type for op in concrete.graph.get_operations() if "VarHandle" in op.type or "Stateful" in op.type
    ]


_SCRIPT = """
import json, sys
import numpy as np
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.augmentation.augmenter import make_augmenter
from edgesmith.train.augmentation.settings import Augmentation
from edgesmith.train.backend import keras

assert keras.backend.backend() == "jax"
images = np.frombuffer(sys.stdin.buffer.read(), np.float32).reshape(8, 24, 20, 3)
augment = make_augmenter(
    Augmentation(**json.loads(sys.argv[1])), spec=InputSpec(height=24, width=20, channels=3), classes=4
)
labels = np.eye(4, dtype=np.float32)[np.arange(8) % 4]
changed, _ = augment(images, labels, np.array([1, 2], np.int32))
sys.stdout.buffer.write(changed.numpy().tobytes())
"""


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed (extra 'hosts')")
def test_backend_of_the_training_changes_nothing(images: Images) -> None:
    process = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(ALL.to_json())],
        input=images.tobytes(),
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        check=False,
    )

    assert process.returncode == 0, process.stderr.decode()
    assert process.stdout == make(ALL)(images, 1, 2)[0].tobytes()
