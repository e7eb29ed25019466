"""Fitting one network on the devices of all hosts: each holds all of it, and a part of every batch."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np

from edgesmith.train.backend import keras
from edgesmith.train.machine.division import current_division


def all_hosts() -> AbstractContextManager[Any]:
    """Variables made in the block are shared by all hosts; nothing changes where there is one.

    A model is compiled in it, since Keras resets the metrics in every epoch to where they were made.
    """
    return nullcontext() if current_division().hosts == 1 else _distribution().scope()


@contextmanager
def spread(model: Any) -> Iterator[None]:
    """Let `model.fit` in the block run on all devices of all hosts, where there are several.

    `model` has its optimizer built and is the same on every host. Before and after the block its weights
    belong to this host alone, so that it can be built, saved and asked without the others.
    """
    if current_division().hosts == 1:
        yield
        return
    import jax

    distribution = _distribution()
    everywhere = jax.sharding.NamedSharding(
        distribution.device_mesh.backend_mesh, jax.sharding.PartitionSpec()
    )
    variables = [*model.variables, *model.optimizer.variables]
    for variable in variables:
        # Not jax.device_put, which would compare each of them across the hosts.
        variable.assign(jax.make_array_from_process_local_data(everywhere, np.asarray(variable.value)))
    with distribution.scope():
        yield
    for variable in variables:
        variable.assign(np.asarray(variable.value))


def _distribution() -> Any:
    devices = keras.distribution.list_devices()
    return keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
