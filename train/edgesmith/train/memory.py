"""A batch that does not fit into memory: half of it at a time, and twice as many such batches a step."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.train.backend import tf
from edgesmith.train.checkpoint import State, optimizer_variables
from edgesmith.train.machine.division import current_division


def is_out_of_memory(error: Exception) -> bool:
    """Whether TensorFlow or JAX ran out of memory; JAX says so in the text of a RuntimeError."""
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return True
    return isinstance(error, RuntimeError) and "RESOURCE_EXHAUSTED" in str(error)


def require_one_host(error: Exception) -> None:
    """Raise `EdgesmithError` where several hosts train: the others would go on with the batches of before."""
    if current_division().hosts > 1:
        raise EdgesmithError(
            f"a batch does not fit into the memory of this host: {error}",
            tip="start all hosts again, with a smaller --batch-size",
        ) from error


def batch_counters(optimizer: Any) -> tuple[int, ...]:
    """Where among `optimizer_variables` the numbers of batches stand: mixed precision has a second one."""
    variables = optimizer_variables(optimizer)
    return tuple(place for place, variable in enumerate(variables) if variable.name == "iterations")


def with_smaller_batches(
    state: State,
    error: Exception,
    *,
    batch_size: int,
    places: tuple[int, ...] = (0,),
    say: Callable[[str], None],
) -> State:
    """The state to go on from, with half as many images at once and steps of about `batch_size` images.

    The gradients of a step that was under way are given up. `places`: of the optimizer's counters of batches, as `batch_counters` finds them.
    Raises `EdgesmithError` when a single image does not fit.
    """
    counters = state.counters
    if counters.micro_batch == 1:
        raise EdgesmithError(
            f"a batch of one image does not fit into memory: {error}",
            tip="a smaller --image-size or --alpha, or --device cpu",
        ) from error
    micro_batch = counters.micro_batch // 2
    accumulated = -(-batch_size // micro_batch)
    share = accumulated / counters.accumulated
    counters = replace(counters, micro_batch=micro_batch, accumulated=accumulated)
    say(
        f"warning: out of memory; going on after epoch {counters.epoch} with {counters.micro_batch} images at"
        f" once, {counters.accumulated} times a step"
    )
    # Keras counts batches: the learning rate's fall and the next full step follow from their number.
    optimizer = tuple(
        np.round(array * share).astype(array.dtype) if place in places else array
        for place, array in enumerate(state.optimizer)
    )
    return replace(state, counters=counters, optimizer=optimizer, gradient_sums=())
