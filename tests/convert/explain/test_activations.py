import numpy as np
import pytest

from edgesmith.convert.explain.activations import (
    LayerActivation,
    dead_channels,
    strongest_channels,
    summarise,
)


def _map(*channels: list[list[float]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.stack([np.array(channel, np.float32) for channel in channels], axis=-1)


def test_sparsity_counts_exact_zeros() -> None:
    values = _map([[0, 1], [0, 0]], [[2, 2], [2, 3]])

    found = summarise(LayerActivation(name="relu", kind="activation", values=values))

    assert found.sparsity == 3 / 8
    assert found.shape == (2, 2, 2)


@pytest.mark.parametrize(
    ("channel", "dead"),
    [
        pytest.param([[0, 0], [0, 0]], True, id="zeros"),
        pytest.param([[5, 5], [5, 5]], True, id="a constant"),
        pytest.param([[5, 5], [5, 5 + 1e-6]], True, id="rounding"),
        pytest.param([[0, 0], [0, 1]], False, id="one place answers"),
    ],
)
def test_a_channel_is_dead_when_it_says_the_same_everywhere(channel: list[list[float]], dead: bool) -> None:
    values = _map([[0, 10], [0, 0]], channel)

    assert dead_channels(values).tolist() == [False, dead]


def test_an_entry_of_a_vector_is_dead_when_it_is_zero() -> None:
    vector = np.array([[[0.0, 2.0, -1.0]]], np.float32)

    assert dead_channels(vector).tolist() == [True, False, False]


def test_a_layer_of_zeros_is_dead_altogether() -> None:
    assert dead_channels(np.zeros((2, 2, 3), np.float32)).all()


def test_strongest_channels_stand_out_from_their_own_mean() -> None:
    values = _map([[9, 9], [9, 9]], [[0, 0], [0, 4]], [[0, 0], [0, 1]])

    assert strongest_channels(values, 2) == [1, 2]
