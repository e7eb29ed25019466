"""What other programs rely on: the Python API, commands with their options, keys of edgesmith.toml and of documents.

    PYTHONPATH=.ci python -m release.public --write    # after a deliberate change

tests/release/public.json holds what it is now, so that a removal cannot happen unseen; docs/release.md says which
part of the version it raises.
"""

import argparse
import dataclasses
import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgesmith.cli.dispatch import build_parser
from edgesmith.cli.run.settings import SECTIONS, Settings
from edgesmith.cli.table import COMMANDS

CHECKOUT = Path(__file__).parents[2]
SNAPSHOT = CHECKOUT / "tests" / "release" / "public.json"
PARTS = ("benchmarks", "convert", "runtime", "train")

Surface = dict[str, list[str]]
"""By kind (`api`, `commands`, `settings`, `documents`), sorted lines that each name one thing."""


def surface() -> Surface:
    """All of it, as it is in this checkout."""
    return {
        "api": sorted(line for part in PARTS for line in _names(f"edgesmith.{part}")),
        "commands": sorted(line for name in COMMANDS for line in _options(name)),
        "settings": sorted(_settings()),
        "documents": sorted(
            line
            for file in (CHECKOUT / "docs" / "schemas").glob("*.json")
            for name, definition in json.loads(file.read_text())["$defs"].items()
            for line in _keys(f"{file.name.partition('.')[0]} {name}", definition)
        ),
    }


def removed(before: Surface, now: Surface) -> list[str]:
    """What was there and is not; a document's key that is required no more counts."""
    return [
        f"{kind}: {line}" for kind, lines in before.items() for line in sorted(set(lines) - set(now[kind]))
    ]


def _names(module_name: str) -> Iterator[str]:
    """`edgesmith.train.train(plan, *, report)`; the fields of dataclasses; public methods."""
    module = importlib.import_module(module_name)
    for name in module.__all__:
        value = getattr(module, name)
        yield f"{module_name}.{name}"
        if dataclasses.is_dataclass(value):
            yield from (f"{module_name}.{name}.{field.name}" for field in dataclasses.fields(value))
        if inspect.isclass(value) and not issubclass(value, Exception):
            yield from (f"{module_name}.{name}{line}" for line in _methods(value))
        elif inspect.isfunction(value):
            yield from (f"{module_name}.{name}({word})" for word in inspect.signature(value).parameters)


def _methods(kind: type) -> Iterator[str]:
    """`.invoke(pixels)`, `.labels`; not the constructor of a dataclass, which takes its fields."""
    special = (
        {"__call__", "__enter__"} if dataclasses.is_dataclass(kind) else {"__call__", "__enter__", "__init__"}
    )
    for name, value in vars(kind).items():
        is_public = not name.startswith("_") or name in special
        if is_public and inspect.isfunction(value):
            words = [word for word in inspect.signature(value).parameters if word != "self"]
            yield from (f".{name}({word})" for word in words)
            yield f".{name}"
        elif is_public and isinstance(value, property):
            yield f".{name}"


def _options(command: str) -> Iterator[str]:
    """`bench --engine onnxruntime`: a command, its options and arguments, and the words that one takes."""
    yield command
    # argparse has no public way to list what a parser takes.
    actions: list[argparse.Action] = build_parser(
        command, importlib.import_module(COMMANDS[command][0])
    )._actions
    for action in actions:
        for name in action.option_strings or [str(action.metavar or action.dest)]:
            yield f"{command} {name}"
            if action.choices is not None:
                yield from (f"{command} {name} {choice}" for choice in action.choices)


def _settings() -> Iterator[str]:
    """`[convert] precision`: the keys of edgesmith.toml."""
    for section, kind in {"": Settings, **SECTIONS}.items():
        yield from (f"[{section}] {field.name}" for field in dataclasses.fields(kind))


def _keys(place: str, schema: Any) -> Iterator[str]:
    """`bench-1 BenchRun.file required`: each key of an object, and of the objects described inside it."""
    for variant in (schema, *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        for key, value in variant.get("properties", {}).items():
            yield f"{place}.{key}" + " required" * (key in variant.get("required", ()))
            yield from _keys(f"{place}.{key}", value)


def main(words: list[str]) -> int:
    """Show, or write the snapshot."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"write {SNAPSHOT.relative_to(CHECKOUT)}")
    text = json.dumps(surface(), indent=1, ensure_ascii=False) + "\n"
    if parser.parse_args(words).write:
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(text)
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
