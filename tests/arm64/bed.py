"""The emulated Pis of the tests, by name."""

from tests.arm64.systems import BOARDS, SYSTEMS

from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.benchmarks.devices.emulated.emulated_pi import EmulatedPi
from edgesmith.benchmarks.devices.emulated.rootfs import debian_archive
from edgesmith.benchmarks.devices.emulated.tools import require_commands
from edgesmith.runtime.errors import DeviceError


def missing_requirement() -> str | None:
    """Why emulated Pis cannot be built here, or None where they can."""
    try:
        require_commands("qemu-aarch64", "qemu-arm")
        debian_archive()
    except DeviceError as error:
        return f"{error}; {error.tip}"
    return None


def emulated(bed: Bed, board: str, system: str, extra: str) -> EmulatedPi:
    """That board, with the wheels of `edgesmith[extra]`. Takes a minute the first time, then nothing."""
    return bed.pi(BOARDS[board], SYSTEMS[system], extra)
