import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.explain.masking import centre_of_mass, log_odds, occlusion, resized, score_cam

SIDE = 24


def _red_score(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probability of red by the share of red pixels, and its complement."""
    red = (pixels[..., 0] > 150).mean(axis=(1, 2)) * 20 - 1
    probability = 1 / (1 + np.exp(-red))
    return np.stack([probability, 1 - probability], axis=1).astype(np.float32)


@pytest.fixture
def picture() -> NDArray[np.uint8]:
    """Red in the lower right, else grey."""
    pixels = np.full((1, SIDE, SIDE, 3), 100, np.uint8)
    pixels[0, 14:20, 14:20, 0] = 255
    return pixels


def test_occlusion_is_hottest_where_hiding_costs_most(picture: NDArray[np.uint8]) -> None:
    red, other = occlusion(_red_score, picture, (0, 1), resolution=1e-7)

    centre = centre_of_mass(red.drop)
    assert centre == pytest.approx((17 / SIDE, 17 / SIDE), abs=0.05)
    np.testing.assert_allclose(other.drop, -red.drop, atol=1e-4)
    assert red.lowest < red.before


def test_every_place_of_a_picture_without_content_counts_alike() -> None:
    flat = np.full((1, SIDE, SIDE, 3), 100, np.uint8)

    found = occlusion(_red_score, flat, (0,), resolution=1e-7)[0]

    assert not found.drop.any()
    assert found.patch == 1 / 2  # nothing was noticed, so the largest square was tried too


def test_squares_grow_until_a_coarse_score_notices(picture: NDArray[np.uint8]) -> None:
    def certain(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        share = (pixels[..., 0] > 150).mean(axis=(1, 2)) / (36 / SIDE**2)
        return np.where(share[:, None] > 0.2, [[1.0, 0.0]], [[0.5, 0.5]]).astype(np.float32)

    found = occlusion(certain, picture, (0,), resolution=1 / 256)[0]

    assert found.patch > 1 / 6
    assert found.drop.max() > 0


def test_a_given_square_is_kept(picture: NDArray[np.uint8]) -> None:
    assert occlusion(_red_score, picture, (0,), resolution=1e-7, patch=0.4)[0].patch == 0.4


def test_score_cam_prefers_the_channel_that_shows_the_object(picture: NDArray[np.uint8]) -> None:
    features = np.zeros((6, 6, 2), np.float32)
    features[4, 4, 0] = 1.0  # over the red square
    features[0, 0, 1] = 1.0

    heat = score_cam(_red_score, picture, features, (0,))[0]

    assert heat.shape == (6, 6)
    assert heat[4, 4] > 10 * heat[0, 0]


def test_log_odds_stop_where_nothing_is_known() -> None:
    values = log_odds(np.array([0.0, 0.5, 1.0], np.float32), 1 / 256)

    np.testing.assert_allclose(values, [-np.log(511), 0, np.log(511)])


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        pytest.param(0, 0, (0.125, 0.125), id="upper left"),
        pytest.param(3, 1, (0.375, 0.875), id="lower"),
    ],
)
def test_centre_of_mass_is_a_share_from_the_upper_left(
    row: int, column: int, expected: tuple[float, float]
) -> None:
    heat = np.full((4, 4), -1.0, np.float32)
    heat[row, column] = 2.0

    assert centre_of_mass(heat) == pytest.approx(expected)


def test_cold_maps_have_no_centre() -> None:
    assert centre_of_mass(np.zeros((3, 3), np.float32)) is None


def test_resized_keeps_the_range_and_takes_width_first() -> None:
    heat = resized(np.array([[0, 1]], np.float32), (8, 4))

    assert heat.shape == (4, 8)
    assert heat.min() == 0
    assert heat.max() == 1
