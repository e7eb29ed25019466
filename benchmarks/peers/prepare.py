"""Every contender's model file in one folder, and what of them could not be had."""

import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgesmith.convert.packaging import package_onnx, package_tflite
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import DataError
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.spec import Golden, ModelSpec, SourceSpec
from peers.contenders import CONTENDERS, MEDIAPIPE, Contender

_HERE = Path(__file__).parent
# What made the files, beside what runs them.
_MAKERS = ("tensorflow", "keras", "tf2onnx", "onnx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A contender, ready or not.

    `file`: what is measured; None with `failure`, the reason. `bytes`: of the tool's own file. `installed`: bytes of
    what must be installed where it runs; None where that could not be found out.
    """

    contender: Contender
    file: Path | None
    bytes: int | None
    installed: int | None
    failure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where it is done. `run`: of `edgesmith train`. `deploy`: of `edgesmith convert` on it. `mediapipe`: the
    interpreter that has mediapipe; None for this one.
    """

    run: Path
    deploy: Path
    work: Path
    mediapipe: Path | None

    def python_of(self, contender: Contender) -> str:
        """The interpreter that runs it."""
        return str(self.mediapipe or sys.executable) if contender.file == MEDIAPIPE else sys.executable

    def raw(self, name: str) -> Path:
        """A tool's own file."""
        return self.work / "made" / name

    def measured(self, name: str) -> Path:
        """The same with our metadata."""
        return self.work / "measured" / name


def convert(run: Path, deploy: Path) -> None:
    """`edgesmith convert`, unless it was done."""
    if not deploy.is_dir():
        words = ["convert", str(run), "-o", str(deploy), "--precision", "float32", "int8"]
        command = [sys.executable, "-P", "-m", "edgesmith", *words, "--format", "tflite", "onnx"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - a list, which no shell reads; its words are fixed here or the caller's own


def prepare(shop: Workshop, contenders: Sequence[Contender] = CONTENDERS) -> list[Prepared]:
    """Make what is not there yet. Only edgesmith's own files must be: raises `DataError` without them."""
    for name in ("made", "measured"):
        (shop.work / name).mkdir(parents=True, exist_ok=True)
    for contender in contenders:
        if contender.ours:
            _take_ours(shop, contender)
    sizes = {each: installed_for(each, shop) for each in contenders}
    # Those that others are made of come first.
    order = sorted(contenders, key=lambda each: (each.source is not None, each.file))
    found = {each: _prepare_one(shop, each, sizes[each]) for each in order}
    return [found[each] for each in contenders]


def installed_for(contender: Contender, shop: Workshop) -> dict[str, Any]:
    """What `installed.py` prints of the packages that it runs with."""
    return _installed(shop.python_of(contender), contender.runs_with)


def makers_versions() -> dict[str, str]:
    """By package, of those that are installed here."""
    versions: dict[str, str] = _installed(sys.executable, _MAKERS)["versions"]
    return versions


def _installed(python: str, packages: Sequence[str]) -> dict[str, Any]:
    command = [python, "-P", str(_HERE / "installed.py"), *packages]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our script
    except OSError as error:  # no such interpreter
        return {"versions": {}, "bytes": None, "missing": list(packages), "reason": str(error)}
    except subprocess.CalledProcessError as error:  # that environment has no `packaging`
        return {"versions": {}, "bytes": None, "missing": [], "reason": _last_line(error.stderr)}
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def _prepare_one(shop: Workshop, contender: Contender, installed: Mapping[str, Any]) -> Prepared:
    failure = f"not installed: {', '.join(installed['missing'])}" if installed["missing"] else None
    if failure is None:
        failure = _make(shop, contender)
    ready = failure is None
    return Prepared(
        contender=contender,
        file=shop.measured(contender.file) if ready else None,
        bytes=shop.raw(contender.file).stat().st_size if ready else None,
        installed=installed["bytes"] if ready else None,
        failure=failure,
    )


def _make(shop: Workshop, contender: Contender) -> str | None:
    """Make it and describe it; the reason why that is not possible."""
    raw, measured = shop.raw(contender.file), shop.measured(contender.file)
    if not raw.is_file():
        failure = _run_maker(shop, contender)
        if failure is not None:
            return failure
    if contender.maker is None:
        shutil.copyfile(raw, measured)
    else:
        write_bytes(measured, described(raw, contender, _our_spec(shop)))
    return None


def _run_maker(shop: Workshop, contender: Contender) -> str | None:
    raw = shop.raw(contender.file)
    source = None if contender.source is None else shop.raw(contender.source)
    if source is not None and not source.is_file():
        return f"{source.name}, of which it is made, is not there"
    if contender.maker is None:
        if source is None:
            raise RuntimeError(f"{contender.file} has neither a maker nor a source")
        shutil.copyfile(source, raw)
        return None
    command = [sys.executable, "-P", str(_HERE / "make_file.py"), contender.maker, "--run", str(shop.run)]
    command += ["-o", str(raw), *(["--of", str(source)] if source is not None else [])]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our script
    return _last_line(result.stderr) if result.returncode else None


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it ended without a word"


def described(raw: Path, contender: Contender, ours: ModelSpec) -> bytes:
    """The tool's file with our metadata: labels and input size, so that the same worker can feed it."""
    data = raw.read_bytes()
    spec = dataclasses.replace(
        ours,
        name=raw.stem,
        precision=contender.precision,
        source=SourceSpec(sha256=hashlib.sha256(data).hexdigest(), framework=contender.tool),
        golden=Golden(outputs=(), tolerance=0.0, other_kernels=0.0),
        content_sha256=None,
    )
    return package_tflite(data, spec) if raw.suffix == ".tflite" else package_onnx(data, spec)


def _our_spec(shop: Workshop) -> ModelSpec:
    return read_spec(shop.raw("edgesmith-int8.tflite"))


def _take_ours(shop: Workshop, contender: Contender) -> None:
    ending = contender.file.removeprefix("edgesmith")
    found = sorted(shop.deploy.glob(f"*{ending}"))
    if len(found) != 1:
        raise DataError(
            f"{str(shop.deploy)!r} has {len(found)} files *{ending}; one is needed",
            tip="`edgesmith convert RUN -o DEPLOY --precision float32 int8 --format tflite onnx` writes it",
        )
    shutil.copyfile(found[0], shop.raw(contender.file))
