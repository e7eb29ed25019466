"""The text of `edgesmith.toml`: what was chosen with the reasons, and what else could be said, as comments."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from edgesmith.cli.init.choose import Choice, Choices
from edgesmith.cli.init.seen import Seen
from edgesmith.cli.run.documentation import documentation
from edgesmith.cli.run.settings import (
    BenchSettings,
    CheckSettings,
    ConvertSettings,
    ModelSettings,
    Settings,
    key_of,
)
from edgesmith.cli.terminal import one_line
from edgesmith.runtime.errors import DataError
from edgesmith.runtime.spec import is_plain_text

_WIDTH = 100  # of comments
_SHOWN_LABELS = 20


def settings_text(seen: Seen, choices: Choices, *, data: str, output: str) -> str:
    """The whole file. Raises `DataError` for a name of the data that no text file can hold."""
    if not is_plain_text(data):
        raise DataError(f"{data!r} is not a name that can be written to a file", tip="rename it")
    top = {
        "data": Choice(value=data, why=_counts(seen)),
        "output": Choice(value=output, why=documentation(Settings, "output")),
        "seed": Choice(value=0, why=documentation(Settings, "seed")),
    }
    convert = {
        "precision": Choice(value=["float32", "int8"], why=documentation(ConvertSettings, "precision")),
        "format": Choice(value=["tflite", "onnx"], why=documentation(ConvertSettings, "format")),
        **choices.convert,
    }
    bench = {"threads": Choice(value=[1], why=documentation(BenchSettings, "threads"))}
    lines = [
        *_comment(
            "Settings of `edgesmith run`, written by `edgesmith init`. Change what you like: only what that concerns runs"
            " again. docs/run.md has all keys."
        ),
        *(line for error in seen.errors for line in _comment(f"edgesmith check: error: {error}")),
        "",
        *_table(Settings, top),
        "",
        "[check]",
        *_table(CheckSettings, {}),
        "",
        *_comment(
            "Another [[model]] with another name is trained beside it, and compared in the same report."
        ),
        "[[model]]",
        *_table(ModelSettings, choices.model),
        "",
        "[convert]",
        *_table(ConvertSettings, convert),
        "",
        "[bench]",
        *_table(BenchSettings, bench),
    ]
    return "\n".join(lines) + "\n"


def _table(section: type[Any], choices: Mapping[str, Choice]) -> Iterator[str]:
    """The chosen keys in the order of the section, then those worth knowing, as comments."""
    for one in fields(section):
        choice = choices.get(one.name)
        if choice is not None:
            yield from _comment(choice.why)
            if choice.value is not None:
                yield f"{one.name} = {_toml(choice.value)}"
    for one in fields(section):
        key = key_of(one)
        if key is not None and key.shown and one.name not in choices:
            yield from _comment(f"{one.name} = …   {documentation(section, one.name)}")


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(one_line(text), _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"# {line}"


def _counts(seen: Seen) -> str:
    labels = ", ".join(seen.labels[:_SHOWN_LABELS]) + ", …" * (len(seen.labels) > _SHOWN_LABELS)
    drawn = ", drawn by the seed" if seen.drawn else ""
    colour = "grey" if seen.grey else "in colour"
    return (
        f"{len(seen.labels)} classes: {labels}. {seen.train:,} images to train, {seen.val:,} to choose, {seen.test:,} to"
        f" test{drawn}; {colour}, median short side {seen.short_side} pixels."
    )


def _toml(value: Any) -> str:
    """Numbers, texts and lists of such are written as in JSON but for one character (TOML 1.0, "String")."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def output_for(data: Path, folder: Path) -> str:
    """`results`, or beside the data where that would be among them. Both are absolute."""
    return f"../{folder.name}-results" if folder == data or data in folder.parents else "results"
