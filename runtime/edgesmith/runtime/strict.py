"""Frozen dataclasses from JSON, strictly: unknown, missing and mistyped keys are named."""

import dataclasses
import math
import types
import typing
from pathlib import Path
from typing import Any, Literal, TypeVar

from edgesmith.runtime.errors import ModelFileError

T = TypeVar("T")

_TIP = "it was edited or cut, or another edgesmith wrote it: make it again, or install that one"


def from_json(kind: type[T], data: Any, *, where: str) -> T:
    """Build the dataclass `kind` from parsed JSON.

    Understands str, int, float, bool, None, Path (a str in JSON), Literal, `tuple[X, ...]`, `X | None`, nested dataclasses, and
    `dict[str, Any]` for objects that are recorded but not read back.
    `where` names the place in messages (`edgesmith.json`). Raises `ModelFileError`.
    """
    value: T = _build(kind, data, where)
    return value


def _build(kind: Any, data: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, data, where)
    if origin is Literal:
        allowed = typing.get_args(kind)
        if data not in allowed:
            raise _mistyped(where, data, " or ".join(map(repr, allowed)))
        return data
    if origin is tuple:
        if not isinstance(data, list):
            raise _mistyped(where, data, "a list")
        item = typing.get_args(kind)[0]
        return tuple(_build(item, value, f"{where}[{index}]") for index, value in enumerate(data))
    # `Literal[...] | None` makes a typing.Union, `int | None` a types.UnionType.
    if origin in (types.UnionType, typing.Union):
        inner = next(member for member in typing.get_args(kind) if member is not types.NoneType)
        return None if data is None else _build(inner, data, where)
    return _scalar(origin or kind, data, where)


def _dataclass(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise _mistyped(where, data, "an object")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(set(data) - set(fields))
    missing = sorted(
        name
        for name, field in fields.items()
        if name not in data and field.default is field.default_factory is dataclasses.MISSING
    )
    if unknown or missing:
        parts = [f"unknown {unknown}"] * bool(unknown) + [f"missing {missing}"] * bool(missing)
        raise ModelFileError(f"{where}: keys {' and '.join(parts)}; known are {sorted(fields)}", tip=_TIP)
    hints = typing.get_type_hints(kind)
    try:
        return kind(**{name: _build(hints[name], value, f"{where}.{name}") for name, value in data.items()})
    except ValueError as error:  # a field's own check, in __post_init__
        raise ModelFileError(f"{where}: {error}", tip=_TIP) from error


def _scalar(kind: Any, data: Any, where: str) -> Any:
    if kind is float:
        return _finite(data, where)
    if kind is Path and isinstance(data, str):
        return Path(data)
    if type(data) is not kind:
        raise _mistyped(where, data, kind.__name__)
    return data


def _finite(data: Any, where: str) -> float:
    """`json` reads NaN, Infinity and integers of any length; none of them is a number to compute with."""
    try:
        number = math.nan if isinstance(data, bool) or not isinstance(data, (int, float)) else float(data)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _mistyped(where, data, "a finite float")
    return number


def _mistyped(where: str, data: Any, wanted: str) -> ModelFileError:
    shown = repr(data)
    return ModelFileError(
        f"{where}: {shown if len(shown) < 60 else shown[:57] + '...'} is not {wanted}", tip=_TIP
    )
