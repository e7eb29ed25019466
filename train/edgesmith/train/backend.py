"""TensorFlow and then Keras, in this order; the other parts of `edgesmith.train` import both from here.

Imported the other way round, `TFLiteConverter` later dies in the same process with `'NoneType' object is
not callable` (seen with tensorflow 2.21, keras 3.15).
"""

# isort: off
import tensorflow as tf
import keras
# isort: on

__all__ = ["keras", "make_repeatable", "tf"]


def make_repeatable(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, process-wide: the same seed gives the same weights on one machine.

    On a GPU that needs TensorFlow's deterministic operators. A CPU is repeatable without them (the weights of
    repeated trainings agreed bit by bit, under other load too), and they would cost 30 % of its speed.
    """
    keras.utils.set_random_seed(seed)
    if tf.config.get_visible_devices("GPU"):
        tf.config.experimental.enable_op_determinism()
