"""Install a wheel into a clean environment, one extra at a time, and let each do its work.

    PYTHONPATH=.ci python -m release.smoke dist/edgesmith-*.whl --extra litert onnx --python python3.12

What an extra has to do is a row of `CHECKS`, on the small files of tests/formats/old/ and on drawn pictures. `--lowest`
installs the lowest versions that the floors allow (needs uv, which works them out). One line an extra is printed.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from release.failure import ReleaseError
from release.programs import ended_program, output_of

CHECKOUT = Path(__file__).parents[2]
OLD = CHECKOUT / "tests" / "formats" / "old" / "1"

_FLOAT, _INT8 = str(OLD / "deploy" / "run-float32"), str(OLD / "deploy" / "run-int8")
_COUNTS = str(OLD / "counts.json")
_VIDEO = """
import av, numpy
with av.open("film.mp4", "w") as film:
    stream = film.add_stream("mpeg4", rate=5)
    stream.width = stream.height = 64
    for shade in range(10):
        picture = numpy.full((64, 64, 3), 20 * shade, numpy.uint8)
        film.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
    film.mux(stream.encode())
"""
_SERVICE = f"""
import json, subprocess, sys, urllib.request
words = [sys.executable, "-m", "edgesmith", "serve", "{_INT8}.onnx", "--port", "0", "--json"]
with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
    try:
        text, decoded = "", None
        while decoded is None:
            text += server.stdout.readline()
            try:
                decoded = json.loads(text)
            except ValueError:
                assert server.poll() is None, text
        headers = {{"Content-Type": "image/png"}}
        request = urllib.request.Request(decoded["classify"], open("red.png", "rb").read(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer)["top"][0]["label"] in ("blue", "green", "red")
    finally:
        server.terminate()
    assert server.wait(30) == 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What an extra has to do. `beside`: another extra that it cannot work without, an engine mostly.

    `commands`: of edgesmith; `python`: a program to run before. `pinned`: at
    the versions of constraints.txt, which have one numpy for all. Commands end with 0 unless a number stands before them.
    """

    commands: tuple[str, ...]
    beside: str | None = None
    python: str | None = None
    pinned: bool = True


CHECKS: dict[str, Check] = {
    "": Check(commands=(f"inspect {_INT8}.tflite", f"1 predict {_INT8}.tflite red.png", "3 doctor")),
    "litert": Check(commands=(f"verify {_INT8}.tflite {_FLOAT}.tflite", f"predict {_INT8}.tflite photos")),
    "onnx": Check(commands=(f"verify {_INT8}.onnx {_FLOAT}.onnx", f"predict {_INT8}.onnx photos")),
    "tflite": Check(
        commands=(f"verify {_INT8}.tflite {_FLOAT}.tflite", f"predict {_INT8}.tflite photos"), pinned=False
    ),
    "train": Check(
        commands=(
            "models",
            "check photos",
            "train photos -o RUN --model separable_small --image-size 32 --epochs 1 --batch-size 8",
        )
    ),
    "convert": Check(
        commands=(
            f"convert {_FLOAT}.tflite -o DEPLOY --labels labels.txt --calibration photos/train --evaluate photos/test",
            "verify DEPLOY/run-float32-int8.tflite DEPLOY/run-float32-int8.onnx",
            f"inspect {_INT8}.onnx --graph graph.svg",
            f"explain {_INT8}.tflite red.png -o EXPLAIN",
        )
    ),
    "bench": Check(
        commands=(f"compare {_COUNTS} {_COUNTS}", f"bench {_INT8}.onnx --data photos --quick -o BENCH"),
        beside="onnx",
    ),
    "completion": Check(commands=("completion bash", "completion zsh")),
    "video": Check(commands=(f"predict {_INT8}.onnx film.mp4",), beside="onnx", python=_VIDEO),
    "serve": Check(commands=("serve --help",), beside="onnx", python=_SERVICE),
    "demo": Check(commands=("demo -o DEMO",)),
}

UNCHECKED = {
    "all": "the sum of others",
    "browser": "needs a browser and the page: tests/benchmarks/browser/",
    "camera": "needs libcamera and a Raspberry Pi",
    "gpu": "the same code as train, with gigabytes of CUDA libraries",
    "hosts": "two processes with JAX: tests/train/machine/",
    "tfds": "downloads its data: tests/train/data/",
    "web": "part of serve",
}
"""Extras that have no row, and why."""

_PICTURES = """
import sys
from pathlib import Path
from PIL import Image
colours = {"blue": (30, 30, 200), "green": (30, 200, 30), "red": (200, 30, 30)}
for label, colour in colours.items():
    for split, count in (("train", 6), ("val", 3), ("test", 2)):
        folder = Path("photos", split, label)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            shade = tuple(value + 7 * number + count for value in colour)  # never twice the same picture
            Image.new("RGB", (40, 40), shade).save(folder / f"{number}.png")
Image.new("RGB", (40, 40), colours["red"]).save("red.png")
Path("labels.txt").write_text("".join(f"{label}\\n" for label in colours))
"""


def smoke(wheel: Path, extra: str, *, python: str, lowest: bool) -> str:
    """Install and run; a line with what was installed and how long it took. Raises `ReleaseError` with what failed."""
    check = CHECKS[extra]
    names = ",".join(filter(None, (extra, check.beside)))
    with tempfile.TemporaryDirectory(prefix="edgesmith-smoke-") as work:
        folder = Path(work)
        begun = time.monotonic()
        constraints = _lowest(folder, names, python) if lowest else CHECKOUT / "constraints.txt"
        pins = ["--constraint", str(constraints)] if check.pinned or lowest else []
        environment = _environment(folder, f"edgesmith[{names}] @ {wheel.resolve().as_uri()}", python, pins)
        installed = time.monotonic()
        for program in filter(None, (_PICTURES, check.python)):
            _run([str(environment / "bin" / "python"), "-c", program], folder)
        for line in ("--help", "doctor --json", *check.commands):
            _edgesmith(environment, line, folder, extra)
        ended = time.monotonic()
        return (
            f"{extra or 'alone'}: {_version(environment)}, {_packages(environment)}; "
            f"{installed - begun:.0f} s to install, {ended - installed:.0f} s to run"
        )


def _environment(folder: Path, requirement: str, python: str, pins: Sequence[str]) -> Path:
    """By uv where it is installed, which is ten times as quick as pip."""
    environment = folder / "environment"
    interpreter = str(environment / "bin" / "python")
    uv = shutil.which("uv")
    if uv is None:
        _run([python, "-m", "venv", str(environment)], folder)
        _run([interpreter, "-m", "pip", "install", "--quiet", *pins, requirement], folder)
    else:
        _run([uv, "venv", "--quiet", "--python", python, str(environment)], folder)
        _run([uv, "pip", "install", "--quiet", "--python", interpreter, *pins, requirement], folder)
    return environment


def _lowest(folder: Path, extras: str, python: str) -> Path:
    """The lowest versions of what edgesmith itself asks for, and the newest that fit of what those ask for."""
    uv = shutil.which("uv")
    if uv is None:
        raise ReleaseError("--lowest needs uv: pip install uv")
    found = folder / "lowest.txt"
    asked = [word for name in extras.split(",") if name for word in ("--extra", name)]
    words = [
        "--quiet",
        "--resolution",
        "lowest-direct",
        "--python",
        python,
        "--no-annotate",
        "--no-header",
    ]
    project = str(CHECKOUT / "pyproject.toml")
    _run([uv, "pip", "compile", *words, *asked, "--output-file", str(found), project], folder)
    return found


def _edgesmith(environment: Path, line: str, folder: Path, extra: str) -> None:
    words = line.split()
    code = int(words.pop(0)) if words[0].isdigit() else 0
    allowed = (0, 3) if line == "doctor --json" else (code,)  # 3: no engine, which not every extra has
    command = [str(environment / "bin" / "edgesmith"), *words]
    finished = ended_program(command, folder=folder, variables=_clean())
    stdout, stderr = (said.decode(errors="replace") for said in (finished.stdout, finished.stderr))
    if finished.returncode not in allowed or "Traceback" in stderr:
        raise ReleaseError(
            f"[{extra}] edgesmith {line}: exit code {finished.returncode}\n{stdout[-2000:]}{stderr[-4000:]}"
        )


def _clean() -> dict[str, str]:
    """The environment variables without those that would let this checkout in."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }


def _run(command: Sequence[str], folder: Path) -> bytes:
    return output_of(command, folder=folder, variables=_clean())


def _version(environment: Path) -> str:
    return _run([str(environment / "bin" / "python"), "--version"], environment).decode().strip()


def _packages(environment: Path) -> str:
    """How many there are, without pip, and how much room they take."""
    program = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    found = json.loads(_run([str(environment / "bin" / "python"), "-c", program], environment))
    size = sum(
        file.stat().st_size for file in environment.rglob("*") if file.is_file() and not file.is_symlink()
    )
    return f"{len(found.keys() - {'pip', 'setuptools'})} packages, {size / 2**20:,.0f} MiB, numpy {found['numpy']}"


def main(words: list[str]) -> int:
    """Smoke-test the extras one after the other; 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument(
        "--extra", nargs="+", choices=[*CHECKS], default=[name for name in CHECKS if name != "demo"]
    )
    parser.add_argument("--python", default=sys.executable, help="an interpreter of 3.11, 3.12 or 3.13")
    parser.add_argument("--lowest", action="store_true", help="the lowest versions that the floors allow")
    arguments = parser.parse_args(words)
    failed = 0
    for extra in arguments.extra:
        try:
            print(smoke(arguments.wheel, extra, python=arguments.python, lowest=arguments.lowest), flush=True)
        except ReleaseError as error:
            failed = 1
            print(error, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
