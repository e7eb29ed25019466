import numpy as np
import pytest

from edgesmith.convert.explain.gradcam import grad_cam, grad_cam_plus_plus

# Two channels on a 2×2 map: the first answers upper left, the second lower right.
FEATURES = np.zeros((2, 2, 2), np.float32)
FEATURES[0, 0, 0] = 1.0
FEATURES[1, 1, 1] = 1.0


def _gradient(first: float, second: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.broadcast_to(np.array([first, second], np.float32), (2, 2, 2)).copy()


def test_grad_cam_weights_channels_by_their_mean_gradient() -> None:
    heat = grad_cam(FEATURES, _gradient(0.5, 0.25))

    np.testing.assert_allclose(heat, [[0.5, 0.0], [0.0, 0.25]])


def test_grad_cam_cuts_off_what_speaks_against_the_class() -> None:
    heat = grad_cam(FEATURES, _gradient(0.5, -0.25))

    np.testing.assert_allclose(heat, [[0.5, 0.0], [0.0, 0.0]])


def test_grad_cam_plus_plus_follows_equation_19() -> None:
    gradient = _gradient(0.5, 0.25)
    expected = np.zeros((2, 2))
    for channel, slope in enumerate((0.5, 0.25)):
        alpha = slope**2 / (2 * slope**2 + FEATURES[:, :, channel].sum() * slope**3)
        expected += FEATURES[:, :, channel] * (4 * alpha * slope)

    np.testing.assert_allclose(grad_cam_plus_plus(FEATURES, gradient), expected, rtol=1e-6)


def test_grad_cam_plus_plus_raises_small_objects() -> None:
    # The same evidence, once over three places and once over one: Grad-CAM++ sets them closer together.
    features = np.zeros((2, 2, 2), np.float32)
    features[0, :, 0] = features[1, 0, 0] = features[1, 1, 1] = 1.0
    gradient = np.zeros((2, 2, 2), np.float32)
    gradient[0, :, 0] = gradient[1, 0, 0] = gradient[1, 1, 1] = 0.5

    plain, better = grad_cam(features, gradient), grad_cam_plus_plus(features, gradient)

    assert plain[1, 1] / plain[0, 0] == pytest.approx(1 / 3)
    assert better[1, 1] / better[0, 0] > plain[1, 1] / plain[0, 0]


def test_no_gradient_gives_no_heat_and_no_warning() -> None:
    assert not grad_cam_plus_plus(FEATURES, _gradient(0, 0)).any()
