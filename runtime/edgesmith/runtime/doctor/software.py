"""Python, its packages, and the engines: installed, and giving the right answers."""

import sys
from collections.abc import Collection, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import as_file, files
from pathlib import Path

from edgesmith.cli.requirements import FLOORS, install_advice
from edgesmith.runtime.doctor.finding import Finding
from edgesmith.runtime.engines import EngineName, available_engines
from edgesmith.runtime.engines.choose import extras_of
from edgesmith.runtime.engines.importing import reinstall_tip
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.isolation import verify_isolated
from edgesmith.runtime.spec import MODEL_FORMATS, ModelFormat

# The versions that are tested, that of 32-bit Raspberry Pi OS (bookworm) first.
_PYTHONS = ((3, 11), (3, 13))


def examine_python(running: tuple[int, int] = sys.version_info[:2]) -> Iterator[Finding]:
    """Python's own version."""
    oldest, newest = _PYTHONS
    good = oldest <= running <= newest
    yield Finding(
        topic="Python",
        status="ok" if good else "note",
        what=f"Python {running[0]}.{running[1]}",
        advice=None if good else f"tested are {_dotted(oldest)} to {_dotted(newest)}",
    )


def examine_packages(floors: dict[str, tuple[int, int]] = FLOORS) -> Iterator[Finding]:
    """What the runtime itself imports."""
    for name, floor in floors.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(
                topic=name,
                status="problem",
                what="not installed",
                advice=install_advice(name, floor),
            )
            continue
        old = tuple(int(part) for part in found.split(".")[:2]) < floor
        yield Finding(
            topic=name,
            status="note" if old else "ok",
            what=f"{name} {found}",
            advice=f"tested from {_dotted(floor)} on" if old else None,
        )


def examine_engines(
    installable: Collection[str], formats: Sequence[ModelFormat] = MODEL_FORMATS
) -> Iterator[Finding]:
    """Every installed engine, by running a small model file that lies beside this module, in isolation.

    TensorFlow, which takes half a minute to import on a small board, is tried only where nothing else runs
    `.tflite` files. `installable`: the engines that have wheels for this platform.
    """
    installed = {model_format: available_engines(model_format) for model_format in formats}
    for model_format, names in installed.items():
        for name in names:
            if name != "tensorflow" or len(names) == 1:
                yield _engine(model_format, name)
        if not names:
            yield _missing(model_format, installable, alone=not any(installed.values()))


def _missing(model_format: ModelFormat, installable: Collection[str], *, alone: bool) -> Finding:
    found = {name: extra for name, extra in extras_of(model_format).items() if name in installable}
    extra = next(iter(found.values()), None)
    return Finding(
        topic=f".{model_format}",
        status="problem" if alone else "note",
        what="no engine for such files is installed",
        advice=f"no engine for them can be installed here: use the {_other(model_format)} file"
        if extra is None
        else f"pip install 'edgesmith[{extra}]'" + ("" if alone else ", if you have such files"),
    )


def _other(model_format: ModelFormat) -> str:
    return next(f".{other}" for other in MODEL_FORMATS if other != model_format)


def _engine(model_format: ModelFormat, name: EngineName) -> Finding:
    with as_file(files(__package__) / f"probe.{model_format}") as probe:
        return _probe(probe, name)


def _probe(file: Path, name: EngineName) -> Finding:
    try:
        verdict = verify_isolated(file, engine=name, threads=1)
    except EdgesmithError as error:
        return Finding(
            topic=name,
            status="problem",
            what=f"it does not run the test model: {error}",
            advice=reinstall_tip(name),
        )
    if verdict.outcome == "different":
        return Finding(
            topic=name,
            status="problem",
            what=f"{verdict.engine} gives wrong answers for the test model",
            advice=reinstall_tip(name),
        )
    slow = name == "tflite-runtime"
    return Finding(
        topic=name,
        status="note" if slow else "ok",
        what=f"{verdict.engine} runs the test model: {verdict.outcome}",
        advice="frozen upstream at 2.14, and int8 without fast kernels: prefer ai-edge-litert where it exists"
        if slow
        else None,
    )


def _dotted(pair: tuple[int, int]) -> str:
    return ".".join(map(str, pair))
