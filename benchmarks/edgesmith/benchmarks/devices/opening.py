"""From an address to a device that can be asked."""

from contextlib import AbstractContextManager, nullcontext

from edgesmith.benchmarks.devices.address import DeviceAddress
from edgesmith.benchmarks.devices.device import Device, Needs
from edgesmith.benchmarks.devices.local import LocalDevice
from edgesmith.runtime.errors import OptionError


def open_device(address: DeviceAddress, needs: Needs) -> AbstractContextManager[Device]:
    """Connect, look whether the device has what is needed, and install it if that is wanted.

    Raises `DeviceError` saying what is wrong and what to do, and `OptionError` for a board that is not there.
    """
    if address.kind == "emulated":
        raise OptionError(
            f"{address.text} has no times; its instructions are counted",
            tip="in Python: edgesmith.benchmarks.count_instructions",
        )
    if address.kind == "browser":
        raise OptionError(
            "a browser comes by itself, and cannot be opened from here",
            tip="in Python: edgesmith.benchmarks.browser.benchmark.bench_in_browsers",
        )
    if address.kind == "ssh":
        from edgesmith.benchmarks.devices.ssh.device import open_ssh

        return open_ssh(address, needs)
    if address.kind == "adb":
        from edgesmith.benchmarks.devices.adb.device import open_adb

        return open_adb(address, needs)
    return nullcontext(LocalDevice())
