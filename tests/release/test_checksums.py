"""SHA256SUMS and its signature, with keys that are thrown away afterwards."""

import shutil
import subprocess
from pathlib import Path

import pytest
from release.checksums import NAMESPACE, SIGNATURE, SUMS, check_sums, sign, write_sums
from release.failure import ReleaseError

WHO = "release@edgesmith.example"

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two archives with their sums."""
    folder = tmp_path / "dist"
    folder.mkdir()
    files = [folder / "edgesmith-1.0-py3-none-any.whl", folder / "edgesmith-1.0.tar.gz"]
    for file in files:
        file.write_bytes(file.name.encode())
    write_sums(folder, files)
    return folder


def _new_key(folder: Path, name: str) -> Path:
    key = folder / name
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)]
    subprocess.run(words, check=True)
    return key


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return _new_key(tmp_path, "maintainer")


@pytest.fixture
def signers(tmp_path: Path, key: Path) -> Path:
    """The file that users have: who may sign."""
    file = tmp_path / "allowed_signers"
    file.write_text(f"{WHO} {key.with_suffix('.pub').read_text()}")
    return file


def verify(folder: Path, signers: Path) -> None:
    """As docs/release.md tells users to."""
    words = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        str(signers),
        "-I",
        WHO,
        "-n",
        NAMESPACE,
        "-s",
        str(folder / SIGNATURE),
    ]
    with (folder / SUMS).open("rb") as sums:
        subprocess.run(words, stdin=sums, check=True)
    check_sums(folder)


def test_sums_have_the_form_of_sha256sum(folder: Path) -> None:
    first = (folder / SUMS).read_text().splitlines()[0]
    digest, name = first.split("  ")
    assert (len(digest), name) == (64, "edgesmith-1.0-py3-none-any.whl")
    if program := shutil.which("sha256sum"):
        subprocess.run([program, "--check", "--quiet", SUMS], cwd=folder, check=True)
    check_sums(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("a byte", "edgesmith-1.0.tar.gz: changed"),
        ("gone", "edgesmith-1.0.tar.gz: gone"),
        ("beside", "late.whl: not in"),
    ],
)
def test_what_is_not_as_it_was_is_named(folder: Path, change: str, said: str) -> None:
    file = folder / "edgesmith-1.0.tar.gz"
    if change == "a byte":
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    elif change == "gone":
        file.unlink()
    else:
        (folder / "late.whl").touch()
    with pytest.raises(ReleaseError, match=said):
        check_sums(folder)


@needs_ssh_keygen
def test_a_signed_release_is_verified(folder: Path, key: Path, signers: Path) -> None:
    sign(folder, key)
    sign(folder, key)  # once more: the old signature is no obstacle
    verify(folder, signers)


@needs_ssh_keygen
@pytest.mark.parametrize("changed", ["edgesmith-1.0.tar.gz", SUMS, SIGNATURE])
def test_a_changed_byte_fails(folder: Path, key: Path, signers: Path, changed: str) -> None:
    sign(folder, key)
    data = bytearray((folder / changed).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / changed).write_bytes(data)
    with pytest.raises((ReleaseError, subprocess.CalledProcessError)):
        verify(folder, signers)


@needs_ssh_keygen
def test_another_key_fails(folder: Path, tmp_path: Path, signers: Path) -> None:
    sign(folder, _new_key(tmp_path, "somebody"))
    with pytest.raises(subprocess.CalledProcessError):
        verify(folder, signers)


@needs_ssh_keygen
def test_a_signature_for_another_purpose_fails(folder: Path, key: Path, signers: Path) -> None:
    words = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "file", str(folder / SUMS)]
    subprocess.run(words, check=True)
    with pytest.raises(subprocess.CalledProcessError):
        verify(folder, signers)
