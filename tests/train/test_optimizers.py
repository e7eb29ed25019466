import numpy as np
import pytest

from edgesmith.train.backend import keras
from edgesmith.train.optimizers import make_optimizer
from edgesmith.train.plan import OPTIMIZER_NAMES


@pytest.mark.parametrize("name", OPTIMIZER_NAMES)
def test_name_means_the_optimizer_of_keras(name: str) -> None:
    optimizer = make_optimizer(name, rate=0.1, steps=10)  # type: ignore[arg-type]

    assert type(optimizer).__name__.lower() == name
    assert optimizer.gradient_accumulation_steps is None


def test_rate_falls_from_its_begin_to_zero_along_half_a_cosine() -> None:
    optimizer = make_optimizer("sgd", rate=0.4, steps=8)
    variable = keras.Variable([1.0])
    optimizer.build([variable])

    rates = []
    for _ in range(9):
        rates.append(float(optimizer.learning_rate))
        optimizer.apply([keras.ops.zeros((1,))])

    np.testing.assert_allclose(rates, 0.2 * (1 + np.cos(np.pi * np.arange(9) / 8)), atol=1e-7)


def test_rate_stays_without_a_number_of_steps() -> None:
    optimizer = make_optimizer("adam", rate=0.4, steps=None)
    variable = keras.Variable([1.0])
    optimizer.build([variable])

    for _ in range(3):
        optimizer.apply([keras.ops.ones((1,))])

    np.testing.assert_allclose(float(optimizer.learning_rate), 0.4)


def test_gradients_of_several_batches_make_one_step() -> None:
    optimizer = make_optimizer("sgd", rate=1.0, steps=1000, accumulated=2)
    variable = keras.Variable([1.0])
    optimizer.build([variable])

    optimizer.apply([keras.ops.ones((1,))])
    assert float(variable.numpy()[0]) == 1.0

    optimizer.apply([3 * keras.ops.ones((1,))])
    # Their mean, 2, by Nesterov's momentum: (1 + 0.9) times the rate.
    np.testing.assert_allclose(variable.numpy(), [1 - 1.9 * 2], rtol=1e-4)
