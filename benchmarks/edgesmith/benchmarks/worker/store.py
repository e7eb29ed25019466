"""Files on the device, kept by content: a name is the SHA-256 of the bytes and a suffix; what is there stays there.

This runs before anything of edgesmith is on the device, as the text of `python3 -c`, with the folder as its only
argument. So it uses the standard library alone. On stdin comes one line of JSON, `{"files": {name: bytes}}`; the
answer is `{"missing": [name, ...]}`; then come the missing files' contents, one after the other without anything
between, and the last answer is `{"stored": count}`. A `.zip` is unpacked too, into a folder of its name without the
suffix. Instead of either answer there may be `{"error": {"kind", "message", "tip"}}`.
"""

import hashlib
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from typing import IO, Any

SPARE = 16 * 1024 * 1024  # bytes that must stay free on the device: room for bytecode and logs
_PIECE = 1024 * 1024


def serve(folder: Path, stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Receive files into `folder`. One that was cut off or damaged on the way never stands under its name."""
    try:
        wanted: dict[str, int] = json.loads(stdin.readline())["files"]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        missing = [name for name, size in wanted.items() if _size(folder / name) != size]
        _require_space(folder, sum(wanted[name] for name in missing))
        _say(stdout, {"missing": missing})
        for name in missing:
            _receive(folder / name, wanted[name], stdin)
        for name in wanted:
            if name.endswith(".zip"):
                _unpack(folder / name)
        _say(stdout, {"stored": len(missing)})
    except (OSError, ValueError) as error:
        _say(stdout, {"error": _failure(folder, error)})


def _size(file: Path) -> int | None:
    """None when it is not there. A device that loses its power may keep a file's name and lose its bytes."""
    return file.stat().st_size if file.exists() else None


def _require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed and free < needed + SPARE:
        raise ValueError(
            f"no space for the files: {(needed + SPARE) / 1e6:.1f} MB are needed, {free / 1e6:.1f} MB are free"
        )


def _receive(file: Path, size: int, stdin: IO[bytes]) -> None:
    new, digest = file.with_name(f"{file.name}.{os.getpid()}"), hashlib.sha256()
    try:
        with new.open("wb") as target:
            while size:
                piece = stdin.read(min(size, _PIECE))
                if not piece:
                    raise ValueError("the connection ended inside a file")
                digest.update(piece)
                target.write(piece)
                size -= len(piece)
        if digest.hexdigest() != file.name.partition(".")[0]:
            raise ValueError(f"{file.name} was damaged on its way")
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _unpack(file: Path) -> None:
    folder = file.with_suffix("")
    if folder.is_dir():
        return
    new = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(file) as archive:
            archive.extractall(new)
        try:
            new.replace(folder)
        except OSError:
            if not folder.is_dir():  # else another controller was quicker, with the same bytes
                raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _failure(folder: Path, error: Exception) -> dict[str, str]:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return {
        "kind": "DeviceError",
        "message": f"cannot store files in {folder}: {reason}",
        "tip": "make room on the device, or check who may write there",
    }


def _say(stdout: IO[bytes], document: dict[str, Any]) -> None:
    stdout.write(json.dumps(document).encode() + b"\n")
    stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
