"""What runs in a bundle: `predict`, `verify` and `inspect` with its own model, and `doctor`."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from edgesmith.cli.dispatch import build_parser, guarded
from edgesmith.cli.table import COMMANDS
from edgesmith.cli.terminal import one_line
from edgesmith.runtime.bundle.manifest import BundledModel, Manifest
from edgesmith.runtime.bundle.unpack import read_manifest, unpack_model
from edgesmith.runtime.engines import EngineName, available_engines

# The commands that take model files, and how many of the bundle's they get.
_ON_MODELS = {"predict": "one", "inspect": "one", "verify": "all"}
_ON_NOTHING = ("doctor",)

# The fastest first; tflite-runtime has no fast int8 kernels, TensorFlow takes seconds to import.
_PREFERRED: tuple[EngineName, ...] = ("ai-edge-litert", "onnxruntime", "tflite-runtime", "tensorflow")


def main(words: Sequence[str], *, archive: str) -> int:
    """Run the bundle `archive` with the command line `words`; the exit code, as of `edgesmith`."""
    named = bool(words) and words[0] in (*_ON_MODELS, *_ON_NOTHING)
    name, rest = (words[0], words[1:]) if named else ("predict", words)
    asked = words[0] if words else "--help"
    return guarded(name, lambda: _answer(name, list(rest), Path(archive), asked))


def _answer(name: str, words: list[str], bundle: Path, asked: str) -> int:
    manifest = read_manifest(bundle)
    if asked in ("-h", "--help", "help"):
        sys.stdout.write(_help_text(bundle.name, manifest))
        return 0
    if asked == "--version":
        sys.stdout.write(one_line(f"{manifest.name}, edgesmith {manifest.edgesmith}") + "\n")
        return 0
    return _run(name, words, bundle, manifest)


def _run(name: str, words: list[str], bundle: Path, manifest: Manifest) -> int:
    module = importlib.import_module(COMMANDS[name][0])
    if name in _ON_MODELS and not {"-h", "--help"} & set(words):
        chosen = _runnable(manifest.models, _engine_asked_for(words))
        if _ON_MODELS[name] == "one":
            chosen = chosen[:1]
        words = [*(str(unpack_model(bundle, model)) for model in chosen), *words]
    code: int = module.run(build_parser(name, module).parse_args(words))
    return code


def _runnable(models: tuple[BundledModel, ...], engine: str | None) -> list[BundledModel]:
    """The models that an engine here runs, that of the fastest first. All where none does: to be told which."""
    found: list[BundledModel] = []
    for name in _PREFERRED:
        if engine in (None, name):
            found += [
                model for model in models if name in available_engines(model.format) and model not in found
            ]
    return found or list(models)


def _engine_asked_for(words: list[str]) -> str | None:
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--engine", nargs="?")
    engine: str | None = parser.parse_known_args(words)[0].engine
    return engine


def _help_text(program: str, manifest: Manifest) -> str:
    files = "".join(f"  {one_line(model.file)} ({model.bytes:,} bytes)\n" for model in manifest.models)
    rows = "".join(f"  {name:<9} {COMMANDS[name][1]}\n" for name in (*_ON_MODELS, *_ON_NOTHING))
    return (
        f"usage: {program} IMAGE... [--top K] [--json]\n"
        f"       {program} COMMAND ...\n\n"
        f"{rows}\nIt needs numpy, Pillow and one of {', '.join(_PREFERRED)}. Model files inside:\n{files}"
    )
