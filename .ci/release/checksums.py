"""SHA256SUMS, and a signature of it by an SSH key: the tools are on every developer's machine and need no network.

Verified by anyone with `sha256sum --check` and `ssh-keygen -Y verify` (docs/release.md has the commands).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from release.failure import ReleaseError
from release.programs import output_of

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
NAMESPACE = "edgesmith-release"  # a signature is good for this purpose alone (ssh-keygen(1), -n)


def sha256_of(file: Path) -> str:
    """In hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_sums(folder: Path, files: Sequence[Path]) -> Path:
    """`SHA256SUMS` in the form of sha256sum(1), sorted by name."""
    sums = folder / SUMS
    sums.write_text("".join(f"{sha256_of(file)}  {file.name}\n" for file in sorted(files)))
    return sums


def check_sums(folder: Path) -> None:
    """Raise `ReleaseError` naming a listed file that is gone or has changed, or one beside them that is not listed."""
    listed = {SUMS, SIGNATURE}
    for line in (folder / SUMS).read_text().splitlines():
        wanted, _, name = line.partition("  ")
        listed.add(name)
        file = folder / name
        if not file.is_file() or sha256_of(file) != wanted:
            raise ReleaseError(f"{name}: {'changed' if file.is_file() else 'gone'} since {SUMS} was written")
    beside = sorted(file.name for file in folder.iterdir() if file.name not in listed)
    if beside:
        raise ReleaseError(f"{', '.join(beside)}: not in {SUMS}")


def sign(folder: Path, key: Path) -> Path:
    """Write `SHA256SUMS.sig` with the private `key`; ssh-keygen asks for its passphrase, or the agent has it."""
    signature = folder / SIGNATURE
    signature.unlink(missing_ok=True)  # ssh-keygen would ask
    output_of(["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(folder / SUMS)])
    return signature
