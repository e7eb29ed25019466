"""From an address to a device that can be asked."""

from contextlib import AbstractContextManager, nullcontext

from edgesmith.benchmarks.devices.address import DeviceAddress
from edgesmith.benchmarks.devices.device import Device, Needs
from edgesmith.benchmarks.devices.local import LocalDevice


def open_device(address: DeviceAddress, needs: Needs) -> AbstractContextManager[Device]:
    """Connect, look whether the device has what is needed, and install it if that is wanted.

    Raises `DeviceError` saying what is wrong and what to do.
    """
    if address.kind == "ssh":
        from edgesmith.benchmarks.devices.ssh.device import open_ssh

        return open_ssh(address, needs)
    return nullcontext(LocalDevice())
