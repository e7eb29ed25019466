from dataclasses import replace

import numpy as np
import pytest

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.train.backend import tf
from edgesmith.train.checkpoint import Counters, State
from edgesmith.train.memory import is_out_of_memory, with_smaller_batches

BEGIN = State(
    counters=Counters(
        epoch=3, finished=False, micro_batch=16, accumulated=2, best=0.5, best_epoch=1, wait=1, epochs=()
    ),
    variables=(np.ones(2, np.float32),),
    optimizer=(np.array(40, np.int32), np.ones(2, np.float32)),
    gradient_sums=(np.ones(2, np.float32),),
    best_weights=(np.zeros(2, np.float32),),
)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(MemoryError(), True, id="Python"),
        pytest.param(tf.errors.ResourceExhaustedError(None, None, "OOM"), True, id="TensorFlow"),
        pytest.param(RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating"), True, id="JAX"),
        pytest.param(RuntimeError("something else"), False, id="another RuntimeError"),
        pytest.param(ValueError("RESOURCE_EXHAUSTED"), False, id="another kind"),
        pytest.param(tf.errors.InvalidArgumentError(None, None, "shape"), False, id="another of TensorFlow"),
    ],
)
def test_what_is_out_of_memory(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


def test_half_the_batch_twice_as_often_from_the_same_place() -> None:
    said: list[str] = []

    state = with_smaller_batches(BEGIN, MemoryError(), batch_size=32, say=said.append)

    assert state.counters == replace(BEGIN.counters, micro_batch=8, accumulated=4)
    assert state.optimizer[0] == 80
    assert state.gradient_sums == ()
    assert state.variables is BEGIN.variables
    assert state.best_weights is BEGIN.best_weights
    (line,) = said
    assert "out of memory" in line
    assert "after epoch 3 with 8 images at once, 4 times a step" in line


def test_steps_keep_their_size_where_halves_are_odd() -> None:
    three = replace(BEGIN, counters=replace(BEGIN.counters, micro_batch=3, accumulated=4))

    state = with_smaller_batches(three, MemoryError(), batch_size=12, say=lambda _: None)

    assert (state.counters.micro_batch, state.counters.accumulated) == (1, 12)
    assert state.optimizer[0] == 120


def test_one_image_cannot_be_halved() -> None:
    one = replace(BEGIN, counters=replace(BEGIN.counters, micro_batch=1, accumulated=32))

    with pytest.raises(EdgesmithError, match="batch of one image does not fit") as caught:
        with_smaller_batches(one, MemoryError("17 GB"), batch_size=32, say=lambda _: None)

    assert "17 GB" in str(caught.value)
    assert "--image-size" in str(caught.value.tip)
    assert isinstance(caught.value.__cause__, MemoryError)
