"""A phone without a Python that adb can run."""

from edgesmith.benchmarks.devices.adb.phone import AdbShell
from edgesmith.benchmarks.devices.adb.python import FOLDER, SSH_PORT
from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.remote.shell import run
from edgesmith.runtime.errors import DeviceError

BENCHMARK_MODEL = f"{FOLDER}/benchmark_model"


class OnlyBenchmarkModelError(DeviceError):
    """There is no Python, but LiteRT's `benchmark_model`, which measures by a protocol of its own."""


def no_python(shell: AdbShell, needs: Needs) -> DeviceError:
    """The error, with what to do. `OnlyBenchmarkModelError` where that tool is there and a file for it was given."""
    what = (
        f"no {needs.remote_python!r} can be run there"
        if needs.remote_python
        else "no Python can be run there"
    )
    if "tflite" in needs.formats and not run(shell, f"[ -f {BENCHMARK_MODEL} ]").returncode:
        return OnlyBenchmarkModelError(
            f"{shell.name}: {what}; {BENCHMARK_MODEL} is there",
            tip="name this device alone, without --strict and --history, and that tool measures",
        )
    return DeviceError(
        f"{shell.name}: {what}, and there is no {BENCHMARK_MODEL}",
        tip=f"in Termux: pkg install python openssh, then sshd (port {SSH_PORT}), and keep Termux in front; or put "
        f"LiteRT's benchmark_model there: adb push benchmark_model {FOLDER}",
    )
