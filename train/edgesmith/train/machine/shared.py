"""What several hosts do together beside fitting: each answers for its share of the examples, and all get all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.train.backend import keras
from edgesmith.train.batches import Examples, inputs_in_order
from edgesmith.train.machine.division import Division, current_division


class LocalForward:
    """A Keras model as a function on the devices of this host, without waiting for others: inputs [b, ...] to
    outputs float32 [b, d]. Compiled once; the weights are those of the moment of `refresh`.
    """

    def __init__(self, model: Any) -> None:
        import jax

        self._model = model
        mesh = jax.sharding.Mesh(np.array(jax.local_devices()), ("batch",))
        self._whole = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
        self._parts = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("batch"))
        self._weights: Any = None

        def forward(weights: Any, inputs: Any) -> Any:
            return model.stateless_call(*weights, inputs, training=False)[0]

        self._forward = jax.jit(forward)

    def refresh(self) -> None:
        """Take the model's present weights."""
        import jax

        variables = (self._model.trainable_variables, self._model.non_trainable_variables)
        self._weights = [
            [jax.device_put(np.asarray(v.value), self._whole) for v in group] for group in variables
        ]

    def __call__(self, inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Compute. b need not divide evenly among the devices."""
        import jax

        count, devices = len(inputs), self._parts.mesh.size
        places = (
            np.arange(-(-count // devices) * devices) % count
        )  # the first ones again, to fill the devices
        outputs = self._forward(self._weights, jax.device_put(inputs[places], self._parts))
        return np.asarray(outputs, np.float32)[:count]


def predict_together(
    forward: LocalForward,
    examples: Examples,
    *,
    division: Division,
    batch_size: int,
    advance: Callable[[int], None],
) -> NDArray[np.float32]:
    """The outputs for all examples in their order, float32 [n, d], on every host; each computes its share."""
    from jax.experimental import multihost_utils

    share = -(-len(examples) // division.hosts)
    begin = min(division.host * share, len(examples) - 1)  # a host without a share does one again, unused
    own = _part(examples, begin, min(begin + share, len(examples)))
    forward.refresh()
    parts = []
    for inputs in inputs_in_order(own, batch_size=batch_size):
        parts.append(forward(inputs.numpy()))
        advance(division.hosts)
    found = np.concatenate(parts)
    padded = np.zeros((share, *found.shape[1:]), np.float32)
    padded[: len(found)] = found
    gathered = np.asarray(multihost_utils.process_allgather(padded))  # [hosts, share, d]
    return gathered.reshape(-1, *found.shape[1:])[: len(examples)]


def on_all_hosts(here: bool) -> bool:
    """Whether it is so on every host; where there is one, whether it is so here."""
    if current_division().hosts == 1:
        return here
    from jax.experimental import multihost_utils

    return bool(np.all(multihost_utils.process_allgather(np.array(here))))


class SharedValidation(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Adds `val_loss` and `val_accuracy` to the logs of an epoch; comes first in the list of callbacks.

    In place of `fit`'s own validation, which would count the copies that fill up the last batch.
    """

    def __init__(self, examples: Examples, *, division: Division, batch_size: int) -> None:
        super().__init__()
        self._examples, self._division, self._batch_size = examples, division, batch_size
        self._forward: LocalForward | None = None

    def on_epoch_end(
        self,
        epoch: int,  # noqa: ARG002  # Keras' signature
        logs: dict[str, Any] | None = None,
    ) -> None:
        """Keras' hook."""
        if self._forward is None:
            self._forward = LocalForward(self.model)
        outputs = predict_together(
            self._forward,
            self._examples,
            division=self._division,
            batch_size=self._batch_size,
            advance=lambda _: None,
        )
        one_hot = self._examples.one_hot
        targets = one_hot[:, 1:] if outputs.shape[1] == 1 else one_hot
        loss = self.model.compute_loss(
            y=targets, y_pred=outputs, sample_weight=self._examples.weights, training=False
        )
        measure = (
            keras.metrics.binary_accuracy if outputs.shape[1] == 1 else keras.metrics.categorical_accuracy
        )
        accuracy = np.mean(np.asarray(measure(targets, outputs)))
        if logs is not None:
            logs["val_loss"], logs["val_accuracy"] = _of_host_0(float(loss), float(accuracy))


def _of_host_0(*numbers: float) -> list[float]:
    """The numbers of the first host, on every host: other processors round otherwise, and all have to stop alike."""
    from jax.experimental import multihost_utils

    return [float(number) for number in multihost_utils.broadcast_one_to_all(np.array(numbers, np.float32))]


def _part(examples: Examples, begin: int, end: int) -> Examples:
    return replace(
        examples,
        load=lambda indices: examples.load(indices + begin),
        one_hot=examples.one_hot[begin:end],
        weights=examples.weights[begin:end],
    )
