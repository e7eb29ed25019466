"""How a batch is divided among devices, so that it counts as one batch of one device does."""

from dataclasses import dataclass
from typing import Any

from edgesmith.train.backend import keras, tf


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """`devices`: that share a batch, of all hosts together. `host`: this one of `hosts`, each with as many devices."""

    devices: int = 1
    hosts: int = 1
    host: int = 0

    def own_part(self, chosen: Any) -> tuple[Any, Any]:
        """Of a batch, int64 [b], the examples of this host [p] and what each counts, float32 [p].

        Every device gets equally many, at least one. Where b does not divide evenly, the first ones are taken
        once more, fewer than there are devices, or than b where that is less; each example with all its copies
        counts as one, so that the mean loss, over all devices and with Keras' division by the number of
        rows, is that of the b examples.
        """
        if self.devices == 1:
            return chosen, tf.ones_like(chosen, tf.float32)
        count = tf.size(chosen)
        rows = -(-count // self.devices) * self.devices
        places = tf.range(rows) % count
        copies = rows // count + tf.cast(places < rows % count, tf.int32)
        counts = tf.cast(rows, tf.float32) / tf.cast(count * copies, tf.float32)
        share = rows // self.hosts
        own = slice(self.host * share, (self.host + 1) * share)
        return tf.gather(chosen, places[own]), counts[own]


ONE_DEVICE = Division()


def current_division() -> Division:
    """Over the hosts that JAX has joined, or the devices of TensorFlow's strategy, in whose scope this is called."""
    if keras.config.backend() != "jax":
        return Division(devices=tf.distribute.get_strategy().num_replicas_in_sync)
    import jax

    if jax.process_count() == 1:
        return ONE_DEVICE
    return Division(devices=jax.device_count(), hosts=jax.process_count(), host=jax.process_index())
