"""From `edgesmith.toml` to `Settings`; everything that is wrong with it is told at once, by line."""

import dataclasses
import math
import tomllib
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgesmith.cli.parts import action_of
from edgesmith.cli.run.contradictions import contradictions
from edgesmith.cli.run.keylines import KeyLines
from edgesmith.cli.run.keylines import Path as KeyPath
from edgesmith.cli.run.settings import Settings, key_of
from edgesmith.runtime.commands.options import nearest
from edgesmith.runtime.errors import OptionError, SettingError

_KINDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """`lines`: where its keys stand."""

    file: Path
    settings: Settings
    lines: KeyLines

    @property
    def folder(self) -> Path:
        """From which its paths count; absolute."""
        return self.file.resolve().parent


class _Reading:
    """One pass over the parsed file. `problems`: what was wrong, by where it stands."""

    def __init__(self) -> None:
        self.problems: list[tuple[KeyPath, str]] = []

    def section(self, kind: Any, data: Any, at: KeyPath) -> Any:
        """The dataclass `kind`, with what could be read of `data`."""
        if not isinstance(data, dict):
            self.problems.append((at, f"{_name(at)} is a table, [{_dotted(at)}], not {_shown(data)}"))
            return kind()
        fields = {one.name: one for one in dataclasses.fields(kind)}
        hints = typing.get_type_hints(kind)
        values: dict[str, Any] = {}
        for name, value in data.items():
            path = (*at, name)
            if name not in fields:
                self.problems.append((path, _unknown(name, at, tuple(fields))))
            elif key_of(fields[name]) is None:
                values[name] = self._sections(hints[name], value, path)
            elif (wrong := _mistyped(hints[name], value)) is not None:
                self.problems.append((path, f"{name} is {wrong}, not {_shown(value)}"))
            else:
                values[name] = tuple(value) if isinstance(value, list) else value
                self._choices(kind, fields[name], path, values[name])
        return kind(**values)

    def _sections(self, kind: Any, value: Any, path: KeyPath) -> Any:
        if typing.get_origin(kind) is not tuple:
            return self.section(kind, value, path)
        if not isinstance(value, list):
            self.problems.append((path, f"{path[-1]} is a list of tables: write [[{path[-1]}]]"))
            return ()
        one = typing.get_args(kind)[0]
        return tuple(self.section(one, item, (*path, index)) for index, item in enumerate(value))

    def _choices(self, kind: Any, field: Any, path: KeyPath, value: Any) -> None:
        key = key_of(field)
        if key is None or key.option is None:
            return
        # The names of the networks are choices of `models`; `train` takes a network of the user's too.
        network = key.content == "network"
        choices = action_of(
            "models" if network else kind.COMMAND, "--export" if network else key.option
        ).choices
        if choices is None:
            return
        for one in value if isinstance(value, tuple) else (value,):
            if one not in choices and not (network and ":" in one):
                self.problems.append((path, f"{path[-1]} {_shown(one)}: {_allowed(one, tuple(choices))}"))


def read_settings(file: Path) -> SettingsFile:
    """Read and check the file. Raises `SettingError` with every problem, and `OptionError` where it cannot be read."""
    text = _text_of(file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:  # which tells the line
        raise SettingError(
            f"{str(file)!r} is not TOML: {error}", tip="mend that line; `edgesmith init` shows how one looks"
        ) from error
    lines, reading = KeyLines(text), _Reading()
    settings = reading.section(Settings, document, ())
    problems = reading.problems or list(contradictions(settings, folder=file.resolve().parent))
    if problems:
        raise _refusal(file, problems, lines.of)
    return SettingsFile(file=file, settings=settings, lines=lines)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise OptionError(
            f"there is no {str(file)!r}", tip="`edgesmith init FOLDER` writes one for a folder of images"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(
            f"{str(file)!r} cannot be read: {error}", tip="check its permissions, and save it as UTF-8"
        ) from error


def _refusal(
    file: Path, problems: list[tuple[KeyPath, str]], line_of: Callable[[KeyPath], int | None]
) -> SettingError:
    numbered = sorted(((line_of(path) or 1, text) for path, text in problems), key=lambda one: one[0])
    return SettingError(
        f"{str(file)!r}: {len(problems)} {'setting' if len(problems) == 1 else 'settings'} cannot be meant",
        details=[f"line {line}: {text}" for line, text in numbered],
        tip="docs/run.md has a table of all keys",
    )


def _unknown(name: str, at: KeyPath, known: tuple[str, ...]) -> str:
    return f"there is no key {name!r} in {_name(at)}: {_allowed(name, known)}"


def _allowed(value: Any, known: tuple[Any, ...]) -> str:
    near = nearest(str(value), [str(one) for one in known])
    meant = "" if near is None else f"did you mean {near!r}? "
    return f"{meant}known are {', '.join(map(str, known))}"


def _mistyped(kind: Any, value: Any) -> str | None:
    """What a value should have been, None where it is that."""
    members = [one for one in _members(kind) if one is not types.NoneType]
    if typing.get_origin(members[0]) is tuple:
        item = typing.get_args(members[0])[0]
        fits = isinstance(value, list) and value and all(_is(item, one) for one in value)
        return None if fits else f"a list of {_KINDS[item].removeprefix('a ')}s, as [{_example(item)}]"
    return None if any(_is(one, value) for one in members) else " or ".join(_KINDS[one] for one in members)


def _members(kind: Any) -> Iterator[Any]:
    yield from typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)


def _is(kind: Any, value: Any) -> bool:
    if isinstance(value, bool) or kind is bool:
        return kind is bool and isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float)) and math.isfinite(value)
    return isinstance(value, kind) and value != ""


def _example(kind: Any) -> str:
    return "1, 2" if kind is int else '"…", "…"'


def _name(at: KeyPath) -> str:
    return f"[{_dotted(at)}]" if at else "the file"


def _dotted(at: KeyPath) -> str:
    return ".".join(part for part in at if isinstance(part, str))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
