"""Which release of which runtime opens an operator of a `.tflite`: the table `tflite_versions.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def tflite_versions() -> dict[str, Any]:
    """The parsed table; its comments say what is in it, and where it is from."""
    text = files("edgesmith.runtime.engines").joinpath("tflite_versions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def first_release(operator: str, version: int) -> str | None:
    """The TensorFlow Lite release that brought the operator's version, `2.17.0`; None where it is not known."""
    listed: list[str] = tflite_versions()["operators"].get(operator, [])
    return (listed[version - 1] or None) if 0 < version <= len(listed) else None
