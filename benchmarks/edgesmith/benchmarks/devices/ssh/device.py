"""A machine behind `ssh`, as a device."""

from collections.abc import Iterator
from contextlib import contextmanager

from edgesmith.benchmarks.devices.address import DeviceAddress
from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.remote.device import RemoteDevice, open_remote
from edgesmith.benchmarks.devices.remote.facts import DEFAULT_PYTHON
from edgesmith.benchmarks.devices.ssh.connection import Connection
from edgesmith.benchmarks.devices.ssh.host import host_of


@contextmanager
def open_ssh(address: DeviceAddress, needs: Needs) -> Iterator[RemoteDevice]:
    """Connect, look, install if that is wanted, and bring the code. Raises `DeviceError`."""
    with Connection(host_of(address)) as connection:
        yield open_remote(connection, needs, python=needs.remote_python or DEFAULT_PYTHON)
