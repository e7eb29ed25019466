"""Which backend Keras gets; it is fixed when Keras is imported, so this imports nothing heavy."""

import os
import sys

from edgesmith.runtime.errors import OptionError, needs_extra
from edgesmith.train.plan import MachinePlan


def choose_backend(plan: MachinePlan) -> None:
    """Make Keras' import, which comes later, take JAX for several hosts and TensorFlow for mirrored GPUs.

    Else the user's own choice stands (`KERAS_BACKEND` or keras.json), which is TensorFlow where there is none.
    Raises `MissingExtraError` without JAX, and `OptionError` when Keras is imported already, with another backend.
    """
    wanted = {"hosts": "jax", "mirrored": "tensorflow"}.get(plan.distribute)
    if wanted is None:
        return
    if wanted == "jax":
        with needs_extra("hosts"):
            import jax  # noqa: F401  # Keras would name neither the extra nor the remedy
    if "keras" in sys.modules:
        _require_loaded(wanted, plan)
    os.environ["KERAS_BACKEND"] = wanted  # the one way in that Keras has, besides a file in the home folder


def _require_loaded(wanted: str, plan: MachinePlan) -> None:
    from edgesmith.train.backend import keras

    found = keras.config.backend()
    if found != wanted:
        raise OptionError(
            f"--distribute {plan.distribute} needs Keras on {wanted}, and this process has it on {found}",
            tip=f"set KERAS_BACKEND={wanted} before anything imports keras or edgesmith.train",
        )
