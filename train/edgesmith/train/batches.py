"""From examples to batches, as `tf.data` under every Keras backend.

The order of an epoch and the draws of its augmentation depend on the seed, the epoch and the step alone, not on
what ran before: a training that goes on after a kill sees the very batches that it would have seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.train.backend import tf
from edgesmith.train.machine.division import ONE_DEVICE, Division

# (inputs float32 [b, ...], one-hot float32 [b, k], seed int32 [2]) -> the first two, changed.
Augmenter = Callable[[Any, Any, Any], tuple[Any, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """What a network is fitted on or asked about.

    `load(indices int64 [b])`: the inputs [b, *shape] of type `dtype`. `one_hot`: float32 [n, k], one column for
    each class. `weights`: float32 [n], what each example counts in the loss.
    """

    load: Callable[[NDArray[np.int64]], NDArray[Any]]
    shape: tuple[int, ...]
    dtype: type[np.generic]
    one_hot: NDArray[np.float32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.one_hot)

    def steps(self, batch_size: int) -> int:
        """Batches of one epoch, the last one smaller where they do not divide evenly."""
        return -(-len(self) // batch_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Of the examples in a training: `epochs` from 0, each in an order of its own, by `seed`, in batches."""

    batch_size: int
    seed: int
    epochs: range


def in_order(examples: Examples, *, batch_size: int, outputs: int, division: Division = ONE_DEVICE) -> Any:
    """A `tf.data.Dataset` of (inputs, targets, weights) in the order of the examples, once."""

    def one_batch(chosen: Any) -> Any:
        inputs, one_hot, weights = _fetch(examples, chosen)
        return inputs, _targets(one_hot, outputs), weights

    return _indices(examples, batch_size, division).map(one_batch, tf.data.AUTOTUNE).prefetch(2)


def inputs_in_order(examples: Examples, *, batch_size: int, division: Division = ONE_DEVICE) -> Any:
    """A `tf.data.Dataset` of the inputs alone, as `Model.predict` takes them."""
    indices = _indices(examples, batch_size, division)
    return indices.map(lambda chosen: _fetch(examples, chosen)[0], tf.data.AUTOTUNE).prefetch(2)


def shuffled(
    examples: Examples,
    order: Order,
    *,
    outputs: int,
    division: Division = ONE_DEVICE,
    augmenter: Augmenter | None = None,
) -> Any:
    """A `tf.data.Dataset` of the batches of all epochs, one after the other.

    `outputs`: of the network: as many as classes, or 1 for a sigmoid, whose target is the second class.
    `division`: of each batch this host gets its part, with augmentation drawn for it.
    """
    drawn = _as_int32(order.seed)

    def one_epoch(epoch: Any) -> Any:
        seed_of_epoch = tf.stack([drawn, tf.cast(epoch, tf.int32)])
        places = tf.random.experimental.stateless_shuffle(
            tf.range(len(examples), dtype=tf.int64), seed=seed_of_epoch
        )
        chosen = tf.data.Dataset.from_tensor_slices(places).batch(order.batch_size)
        # Folded in, not added: the steps of training 0 and those of training 1 must not share their draws.
        seeds = tf.data.Dataset.range(examples.steps(order.batch_size)).map(
            lambda step: tf.random.experimental.stateless_fold_in(seed_of_epoch, tf.cast(step, tf.int32))
        )
        return tf.data.Dataset.zip(chosen, seeds)

    def one_batch(chosen: Any, step_seed: Any) -> Any:
        own, counts = division.own_part(chosen)
        inputs, one_hot, weights = _fetch(examples, own)
        if augmenter is not None:
            if division.hosts > 1:
                step_seed = tf.random.experimental.stateless_fold_in(step_seed, division.host)
            inputs, one_hot = augmenter(tf.cast(inputs, tf.float32), one_hot, step_seed)
        return inputs, _targets(one_hot, outputs), weights * counts

    steps = tf.data.Dataset.range(order.epochs.start, order.epochs.stop).flat_map(one_epoch)
    return steps.map(one_batch, tf.data.AUTOTUNE, deterministic=True).prefetch(2)


def _indices(examples: Examples, batch_size: int, division: Division) -> Any:
    end, devices = len(examples), division.devices
    if devices == 1:
        return tf.data.Dataset.range(end).batch(batch_size)
    # Keras takes the parts of the first batch to be equal, and none may be empty: so all batches divide evenly, but
    # for a last one of fewer than two for each device.
    cut = end if end % devices == 0 else max(end - devices - end % devices, 0)
    even = tf.data.Dataset.range(cut).batch(max(batch_size - batch_size % devices, devices))
    return even.concatenate(tf.data.Dataset.range(cut, end).batch(2 * devices))


def _fetch(examples: Examples, chosen: Any) -> tuple[Any, Any, Any]:
    # Stateless, or TensorFlow's deterministic mode would run one batch at a time.
    inputs = tf.numpy_function(examples.load, [chosen], tf.as_dtype(examples.dtype), stateful=False)
    inputs.set_shape((None, *examples.shape))
    return inputs, tf.gather(examples.one_hot, chosen), tf.gather(examples.weights, chosen)


def _targets(one_hot: Any, outputs: int) -> Any:
    return one_hot[:, 1:] if outputs == 1 else one_hot


def _as_int32(seed: int) -> int:
    # The seeds of tf.random.stateless_* are signed: the same 32 bits, read so.
    return int(np.uint32(seed).astype(np.int32))
