"""Copying files to the device, once: by their content, so that what is there is not sent again."""

import json
import shlex
import shutil
import tempfile
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

from edgesmith.benchmarks.devices.program import end
from edgesmith.benchmarks.devices.remote.shell import Shell, start
from edgesmith.runtime.errors import DeviceError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.strict import from_json


def send(
    shell: Shell,
    sources: Mapping[str, Path],
    *,
    python: str,
    folder: str,
    advance: Callable[[int], None] = lambda sent: None,
) -> int:
    """Bring `sources`, files by the name that they get in `folder` there; the number of bytes that were sent.

    `advance` is called with the bytes sent so far. Raises `DeviceError` when the device is full or gone.
    """
    program = files("edgesmith.benchmarks.worker").joinpath("store.py").read_text(encoding="utf-8")
    script = f"{shlex.quote(python)} -c {shlex.quote(program)} {shlex.quote(folder)}; exit $?"
    with tempfile.TemporaryFile() as stderr, start(shell, script, stderr=stderr) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the shell has no pipes")
        talk = _Talk(shell, process.stdin, process.stdout, stderr)
        try:
            sizes = {name: file.stat().st_size for name, file in sources.items()}
            talk.say({"files": sizes})
            missing: list[str] = talk.hear(process.wait)["missing"]
            sent = 0
            for name in missing:
                talk.pour(sources[name])
                sent += sizes[name]
                advance(sent)
            talk.hear(process.wait)
        finally:
            end(process)
    return sent


class _Talk:
    """The conversation with `worker/store.py`."""

    def __init__(self, shell: Shell, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes]) -> None:
        self._shell, self._stdin, self._stdout, self._stderr = shell, stdin, stdout, stderr

    def say(self, document: dict[str, Any]) -> None:
        """One line of JSON."""
        try:
            self._stdin.write(json.dumps(document).encode() + b"\n")
            self._stdin.flush()
        except BrokenPipeError:  # the answer, or its absence, says why
            return

    def pour(self, file: Path) -> None:
        """The bytes of a file."""
        try:
            with file.open("rb") as source:
                shutil.copyfileobj(source, self._stdin)
            self._stdin.flush()
        except BrokenPipeError:  # as above
            return

    def hear(self, wait: Callable[[], int]) -> dict[str, Any]:
        """The next answer. Raises the device's own error, and `DeviceError` when it has gone."""
        name = self._shell.name
        line = self._stdout.readline()
        while line and not line.startswith(b"{"):  # a login shell's greeting
            line = self._stdout.readline()
        if not line.endswith(b"\n"):
            code = wait()
            self._stderr.seek(0)
            said = self._stderr.read().decode(errors="replace").strip()
            raise self._shell.diagnose(code, said) or DeviceError(
                f"{name}: copying ended with code {code}: {said}", tip="check its memory and its free space"
            )
        document: dict[str, Any] = json.loads(line)
        if "error" in document:
            raise from_json(Failure, document["error"], where="the device's error").revive(name)
        return document
