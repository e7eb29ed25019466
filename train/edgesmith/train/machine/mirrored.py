"""`--distribute mirrored`: each GPU of the host holds the network and takes its part of every batch."""

from typing import Any

from edgesmith.runtime.errors import OptionError
from edgesmith.train.backend import tf


def mirrored_strategy(*, batch_size: int) -> Any:
    """TensorFlow's `MirroredStrategy` over the GPUs, or over the processor's logical devices where it has several.

    Raises `OptionError` where there is only one device, or a batch too small to be divided.
    """
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(devices) < 2:
        raise OptionError(
            f"--distribute mirrored needs two GPUs or more; this host has {len(tf.config.list_logical_devices('GPU'))}",
            tip="without --distribute; or --distribute hosts for several machines",
        )
    if batch_size < 2 * len(devices):
        raise OptionError(
            f"a batch of {batch_size} is too small for {len(devices)} devices",
            tip=f"--batch-size {2 * len(devices)} or more",
        )
    return tf.distribute.MirroredStrategy([device.name for device in devices])
