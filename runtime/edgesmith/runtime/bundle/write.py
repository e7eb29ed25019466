"""Writing a bundle: a zipapp (PEP 441) of the runtime, its command line and the model files."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from edgesmith.runtime import atomic
from edgesmith.runtime.bundle.archive import metadata_member, package_members, zip_bytes
from edgesmith.runtime.bundle.manifest import MANIFEST_NAME, MODEL_FOLDER, BundledModel, Manifest
from edgesmith.runtime.errors import ModelFileError, OptionError
from edgesmith.runtime.integrity import require_intact
from edgesmith.runtime.modelfile import format_of, read_spec
from edgesmith.runtime.plaindata import require_plain
from edgesmith.runtime.spec import MODEL_FORMATS, ModelSpec

_PRECISION = "int8"  # of a folder; what small devices are fastest with
_PACKAGES = ("edgesmith.cli", "edgesmith.runtime")
_NOT_FOR_DEVICES = ("demo.py", "digits.py")  # they run training and conversion
_SHEBANG = b"#!/usr/bin/env python3\n"
# Guarded twice: nothing of `edgesmith.runtime` can be imported where numpy or Pillow is missing.
# An older Python would stop somewhere inside with a traceback.
# Python reads modules from an archive without comparing their checksums, so that is done first; a model's are
# compared when it is unpacked.
_MAIN = b"""import sys
import zipfile
import zlib

if sys.version_info < (3, 11):
    sys.exit("edgesmith needs Python 3.11 or newer, and this is %d.%d" % sys.version_info[:2])
try:
    with zipfile.ZipFile(__loader__.archive) as bundle:
        for name in bundle.namelist():
            if not name.startswith("models/"):
                bundle.read(name)
except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, ValueError, OverflowError) as error:
    sys.exit(f"{__loader__.archive}: the bundle is damaged: {error}\\n  tip: copy it again, or make it again")

from edgesmith.cli.dispatch import guarded


def run():
    from edgesmith.runtime.bundle.start import main

    return main(sys.argv[1:], archive=__loader__.archive)


sys.exit(guarded("predict", run))
"""


def choose_models(source: Path) -> tuple[Path, ...]:
    """The model files to bundle: `source` itself, or the int8 files of a DEPLOY folder, one a format.

    Raises `OptionError` for a folder without int8 files or with those of several models.
    """
    if not source.is_dir():
        return (source,)
    found = sorted(entry for kind in MODEL_FORMATS for entry in source.glob(f"*.{kind}"))
    chosen = [file for file in found if read_spec(file).precision == _PRECISION]
    if not chosen:
        names = ", ".join(file.name for file in found) or "no model files"
        raise OptionError(
            f"{str(source)!r} has no {_PRECISION} file; it has {names}",
            tip="name the file itself, or convert with --precision int8",
        )
    if len({file.suffix for file in chosen}) < len(chosen):
        raise OptionError(
            f"{str(source)!r} has several models: {', '.join(file.name for file in chosen)}",
            tip="name the file itself",
        )
    return tuple(chosen)


def write_bundle(models: Sequence[Path], output: Path) -> Manifest:
    """Write `output` (`.pyz`, executable), replacing one that is there.

    Raises `ModelFileError` for a model file that is damaged, not edgesmith's, or of another network than the
    first; `OptionError` for another suffix, `OutputError` when it cannot be written.
    """
    if output.suffix != ".pyz":
        raise OptionError(f"{str(output)!r} does not end in .pyz", tip="-o edge.pyz")
    specs = [_sound_spec(path) for path in models]
    for path, spec in zip(models, specs, strict=True):
        if spec.labels != specs[0].labels or spec.input != specs[0].input:
            raise ModelFileError(
                f"{path.name} has other labels or another input than {models[0].name}",
                tip="bundle the files of one conversion",
            )
        if spec.source != specs[0].source:
            raise ModelFileError(
                f"{path.name} was converted from another model than {models[0].name}",
                tip="bundle the files of one conversion",
            )
    contents = {path.name: path.read_bytes() for path in models}
    manifest = Manifest(
        edgesmith=version("edgesmith"),
        name=specs[0].name,
        models=tuple(
            _describe(path, spec, contents[path.name]) for path, spec in zip(models, specs, strict=True)
        ),
    )
    atomic.write_bytes(output, _archive(manifest, contents))
    output.chmod(output.stat().st_mode | 0o111)
    return manifest


def _sound_spec(path: Path) -> ModelSpec:
    spec = read_spec(path)
    require_plain(path)
    require_intact(path, spec)
    return spec


def _describe(path: Path, spec: ModelSpec, data: bytes) -> BundledModel:
    return BundledModel(
        file=path.name,
        format=format_of(path),
        precision=spec.precision,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _archive(manifest: Manifest, models: dict[str, bytes]) -> bytes:
    schema = manifest.schema
    document = json.dumps({"schema": schema, **asdict(manifest)}, indent=2, ensure_ascii=False).encode()
    members = {
        "__main__.py": _MAIN,
        MANIFEST_NAME: document,
        **metadata_member(manifest.edgesmith),
        **dict(_code()),
        **{f"{MODEL_FOLDER}/{name}": data for name, data in models.items()},
    }
    return zip_bytes(members, prefix=_SHEBANG)


def _code() -> Iterator[tuple[str, bytes]]:
    for package in _PACKAGES:
        yield from package_members(package, leave_out=_NOT_FOR_DEVICES)
