"""`edgesmith train` that also leaves its weights in a file: worker.py FILE.npz LOGICAL_CPUS train ..."""

import sys
from pathlib import Path
from typing import Any

import numpy as np


def main() -> int:
    file, cpus, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    sys.argv[:] = ["edgesmith", *arguments]
    from edgesmith.train.machine.kerasbackend import choose_backend
    from edgesmith.train.plan import MachinePlan

    if "hosts" in arguments:
        choose_backend(MachinePlan(distribute="hosts", coordinator="a:1", hosts=2, host_index=0))
    from edgesmith.train import training
    from edgesmith.train.backend import tf

    if cpus > 1:
        processor = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * cpus)
    from edgesmith.train.machine.precision import save_as_float32

    def save_twice(model: Any, path: Path) -> None:
        np.savez(file, *model.get_weights())
        save_as_float32(model, path)

    vars(training)["save_as_float32"] = save_twice
    from edgesmith.cli import main as edgesmith

    return edgesmith()


if __name__ == "__main__":
    sys.exit(main())
