"""A foreign Debian root, unpacked from its .deb files; needs apt-get and dpkg-deb, no root and no chroot.

apt runs on a private state, so that the host's own packages and lists stay untouched. It takes the archive's
address from the host's sources, so that a mirror or proxy configured there is used. apt verifies the archive's
signature, and by it the hash of every package.
"""

import re
import shutil
from pathlib import Path

from edgesmith.benchmarks.devices.emulated.systems import System
from edgesmith.benchmarks.devices.emulated.tools import require_commands, run_command
from edgesmith.runtime.errors import DeviceError

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# "http://mirror/debian/": the archive itself, not debian-security and no other vendor's.
_ARCHIVE = re.compile(r"\S+/debian/?")
_WHAT = "fetching Debian's packages"


def debian_archive() -> str:
    """The address of the Debian archive that this host installs from. Raises `DeviceError` where there is none."""
    require_commands("apt-get", "dpkg-deb")
    if not _KEYRING.is_file():
        raise DeviceError(
            "emulated boards run Debian's packages, and this machine has no keys of the Debian archive",
            tip="sudo apt-get install debian-archive-keyring",
        )
    listing = run_command(["apt-get", "indextargets", "--format", "$(REPO_URI)"], what=_WHAT).stdout
    found = next((line for line in listing.split() if _ARCHIVE.fullmatch(line)), None)
    if found is None:
        raise DeviceError(
            "emulated boards run Debian's packages, and no source of apt here is a Debian archive",
            tip="name one in /etc/apt/sources.list.d/; on Ubuntu with Signed-By: " + str(_KEYRING),
        )
    return found


def build_root(system: System, root: Path, *, archive: str, work: Path) -> None:
    """Download the system's packages and unpack them into `root`; `work` is apt's private state, removed at the end.

    Both are absolute: apt takes relative ones for paths below /. Raises `DeviceError` with apt's own words.
    """
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    (work / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {archive} {system.suite} main\n")
    apt = ["apt-get", "--quiet=2", *_private_state(work, system.architecture)]
    run_command([*apt, "update"], what=_WHAT)
    run_command([*apt, "--yes", "--download-only", "install", *system.packages], what=_WHAT)
    root.mkdir(parents=True, exist_ok=True)
    for package in sorted((work / "cache/archives").glob("*.deb")):
        run_command(["dpkg-deb", "--extract", str(package), str(root)], what=f"unpacking {package.name}")
    _link_alternatives(root)
    shutil.rmtree(work)


def _private_state(work: Path, architecture: str) -> list[str]:
    options = {
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",  # else downloads go to a user that may not write here
        "Acquire::Languages": "none",
        "Dir::State": work / "state",
        "Dir::State::status": work / "status",
        "Dir::Cache": work / "cache",
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "-",
    }
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]


def _link_alternatives(root: Path) -> None:
    """What a package's installation script would link; numpy of Debian needs both."""
    for library in ("blas", "lapack"):
        for file in root.glob(f"usr/lib/*/{library}/lib{library}.so.3"):
            (file.parent.parent / file.name).symlink_to(Path(library, file.name))
