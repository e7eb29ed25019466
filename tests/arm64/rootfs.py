"""A foreign Debian root, unpacked from its .deb files; needs apt-get and dpkg-deb, no root and no chroot.

apt runs on a private state, so that the host's own packages and lists stay untouched. It takes the archive's
address from the host's sources, so that a mirror or proxy configured there is used.
"""

import os
import re
import subprocess
from pathlib import Path

from tests.arm64.systems import System

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# "http://mirror/debian/": the archive itself, not debian-security and no other vendor's.
_ARCHIVE = re.compile(r"\S+/debian/?")


def debian_archive() -> str | None:
    """The address of the Debian archive that this host installs from; None where it is no Debian."""
    if not _KEYRING.is_file():
        return None
    listing = _run(["apt-get", "indextargets", "--format", "$(REPO_URI)"])
    return next((line for line in listing.split() if _ARCHIVE.fullmatch(line)), None)


def build_root(system: System, root: Path, *, archive: str, work: Path) -> None:
    """Download the system's packages and unpack them into `root`; `work` is apt's private state.

    Both are absolute: apt takes relative ones for paths below /. Raises `RuntimeError` with apt's own words.
    """
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    (work / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {archive} {system.suite} main\n")
    apt = ["apt-get", "--quiet=2", *_private_state(work, system.architecture)]
    _run([*apt, "update"])
    _run([*apt, "--yes", "--download-only", "install", *system.packages])
    root.mkdir(parents=True)
    for package in sorted((work / "cache/archives").glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(package), str(root)])
    _link_alternatives(root)


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


def _run(command: list[str]) -> str:
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C.UTF-8"}
    )
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout
