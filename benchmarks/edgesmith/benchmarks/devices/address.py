"""What `--device` takes: `local`, `ssh://[user@]host[:port]`, `adb[:SERIAL]`, `emulated:BOARD`, or `browser`."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from edgesmith.benchmarks.devices.emulated.boards import BOARDS
from edgesmith.benchmarks.plan import Device
from edgesmith.runtime.errors import OptionError

_WITHOUT_ADDRESS: dict[str, Device] = {"local": "local", "browser": "browser"}
_EMULATED = "emulated:"
_TIP = (
    "known are local, ssh://pi@raspberrypi.local, ssh://pi@10.0.0.7:2222, adb:SERIAL, "
    f"{', '.join(_EMULATED + board for board in BOARDS)} (instruction counts, no times), browser"
)
# They become words of a command line: nothing that a shell or `ssh` itself would read as more than a name.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
_HOST = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9_.:-]*(%[A-Za-z0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAddress:
    """`text`: as it was given. `label`: a name for files and messages."""

    kind: Device
    text: str
    label: str

    @property
    def board(self) -> str:
        """The name after `emulated:`."""
        return self.text.removeprefix(_EMULATED)


def parse_address(text: str) -> DeviceAddress:
    """Read `--device`'s value. Raises `OptionError` for anything else, and for a password."""
    if text in _WITHOUT_ADDRESS:
        return DeviceAddress(kind=_WITHOUT_ADDRESS[text], text=text, label=text)
    if text.startswith("ssh://"):
        return _ssh(text)
    if text == "adb" or (text.startswith("adb:") and _SERIAL.fullmatch(text[4:])):
        return DeviceAddress(kind="adb", text=text, label=text.replace(":", "-"))
    if text.startswith(_EMULATED) and text.removeprefix(_EMULATED) in BOARDS:
        return DeviceAddress(kind="emulated", text=text, label=text.replace(":", "-"))
    raise OptionError(f"there is no device {text!r}", tip=_TIP)


def _ssh(text: str) -> DeviceAddress:
    try:
        parts = urlsplit(text)
    except ValueError as error:  # brackets that hold no IPv6 address
        raise OptionError(f"there is no device {text!r}: {error}", tip=_TIP) from error
    if parts.password is not None:
        raise OptionError(
            f"{parts.username}'s password stands in the address, where every user of this machine can read it",
            tip="use a key: ssh-keygen, then ssh-copy-id",
        )
    try:
        port = parts.port
    except ValueError as error:
        raise OptionError(f"{text!r}: {error}", tip=_TIP) from error
    sound = parts.hostname is not None and _HOST.fullmatch(parts.hostname) is not None
    sound = sound and text.isprintable()  # urlsplit leaves line ends and tabs out
    if parts.username is not None:
        sound = sound and _NAME.fullmatch(parts.username) is not None
    if not sound or parts.path.strip("/") or parts.query or parts.fragment:
        raise OptionError(f"{text!r} is not ssh://[user@]host[:port]", tip=_TIP)
    words = [parts.username, parts.hostname, None if port is None else str(port)]
    label = "-".join(word.replace(":", "-").replace("%", "-") for word in words if word)
    return DeviceAddress(kind="ssh", text=text.rstrip("/"), label=label)
