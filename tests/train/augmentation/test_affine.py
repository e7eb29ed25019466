import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.train.augmentation.affine import RandomAffine
from edgesmith.train.augmentation.settings import Augmentation
from edgesmith.train.backend import keras

Images = NDArray[np.float32]


def change(images: Images, augmentation: Augmentation, *, seed: int = 1) -> Images:
    layer = RandomAffine(augmentation, data_format="channels_last", seed=seed)
    changed: Images = layer(images).numpy()
    return changed


def test_rotation_is_that_of_keras(images: Images) -> None:
    theirs = keras.layers.RandomRotation(30 / 360, fill_mode="nearest", seed=1, data_format="channels_last")

    np.testing.assert_allclose(change(images, Augmentation(rotation=30)), theirs(images).numpy(), atol=0.01)


def test_flip_is_exact_and_hits_some(images: Images) -> None:
    changed = change(images, Augmentation(horizontal_flip=True))

    mirrored = [np.array_equal(new, old[:, ::-1]) for new, old in zip(changed, images, strict=True)]
    kept = [np.array_equal(new, old) for new, old in zip(changed, images, strict=True)]
    assert [a != b for a, b in zip(mirrored, kept, strict=True)] == [True] * 8
    assert any(mirrored)
    assert any(kept)


@pytest.mark.parametrize(
    ("augmentation", "axis"), [(Augmentation(width_shift=0.25), 2), (Augmentation(height_shift=0.25), 1)], ids=["width", "height"]
)  # fmt: skip
def test_shift_stays_within_its_share_and_its_axis(augmentation: Augmentation, axis: int) -> None:
    ramp = np.broadcast_to(
        np.arange(40, dtype=np.float32).reshape([-1 if i == axis else 1 for i in range(4)]), (200, 40, 40, 1)
    )

    moved = (change(ramp, augmentation) - ramp)[:, 20, 20, 0]

    assert -10 <= moved.min() < -9
    assert 9 < moved.max() <= 10


def test_zoom_shows_less_or_more_around_the_centre() -> None:
    ramp = np.broadcast_to(np.arange(41, dtype=np.float32)[None, None, :, None], (200, 41, 41, 1))

    changed = change(ramp, Augmentation(zoom=0.2))[:, 20, :, 0]

    np.testing.assert_allclose(changed[:, 20], 20, atol=1e-3)
    step = (changed[:, 25] - changed[:, 15]) / 10
    assert 0.8 <= step.min() < 0.83
    assert 1.17 < step.max() <= 1.2


def test_shear_slants_up_to_its_angle() -> None:
    ramp = np.broadcast_to(np.arange(41, dtype=np.float32)[None, None, :, None], (200, 41, 41, 1))

    changed = change(ramp, Augmentation(shear=20))

    angles = np.degrees(np.arctan((changed[:, 25, 20, 0] - changed[:, 15, 20, 0]) / 10))
    assert -20.01 <= angles.min() < -19
    assert 19 < angles.max() <= 20.01


def test_outside_repeats_the_nearest_edge_pixel() -> None:
    flat = np.full((8, 24, 20, 3), 77, np.float32)
    everything = Augmentation(rotation=180, width_shift=0.5, height_shift=0.5, shear=45, zoom=0.9)

    np.testing.assert_allclose(change(flat, everything), 77, atol=1e-3)
