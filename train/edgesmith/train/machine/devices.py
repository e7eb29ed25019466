"""`--device`: the GPUs of this host, or its processor."""

from typing import Any

from edgesmith.runtime.errors import OptionError
from edgesmith.train.backend import keras, tf
from edgesmith.train.plan import DeviceKind

# Products in float16, weights in float32, and Keras scales the loss (Micikevicius et al., arXiv:1710.03740).
_GPU_POLICY = "mixed_float16"


def prepare_devices(device: DeviceKind) -> None:
    """Hide the GPUs or set them up; before the first computation of the process, where it is repeatable at will.

    On a GPU the process gets Keras' policy mixed_float16, and memory as it needs it instead of all at once.
    Raises `OptionError` for "gpu" where there is none.
    """
    if keras.config.backend() == "jax":
        tf.config.set_visible_devices([], "GPU")  # TensorFlow reads the images; the GPUs are JAX's
        _prepare_jax(device)
        return
    gpus = tf.config.list_physical_devices("GPU")
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    elif gpus:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
        keras.config.set_dtype_policy(_GPU_POLICY)
    elif device == "gpu":
        raise _no_gpu("TensorFlow", "pip install 'tensorflow[and-cuda]'")


def jit_compile() -> Any:
    """What `Model.compile` gets: Keras' own choice; no XLA on a processor, where TensorFlow's takes minutes a step.

    Keras' "auto" looks at the GPUs that there are, hidden ones too.
    """
    if keras.config.backend() == "tensorflow" and not tf.config.get_visible_devices("GPU"):
        return False
    return "auto"


def _prepare_jax(device: DeviceKind) -> None:
    import jax

    if device == "cpu":
        jax.config.update("jax_platforms", "cpu")


def settle_jax(device: DeviceKind) -> None:
    """The rest under JAX, which looks for GPUs only once all hosts have met. Raises as `prepare_devices`."""
    import jax

    if jax.default_backend() == "gpu":
        keras.config.set_dtype_policy(_GPU_POLICY)
    elif device == "gpu":
        raise _no_gpu("JAX", "pip install 'jax[cuda12]'")


def _no_gpu(library: str, installation: str) -> OptionError:
    return OptionError(
        f"--device gpu, and {library} finds no GPU on this machine",
        tip=f"--device cpu; or a driver that `nvidia-smi` shows, and {installation}",
    )
