"""The oldest runtime that loads a file, from the runtime's `tflite_versions.toml` and `onnxruntime_versions.toml`."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from edgesmith.runtime.anatomy import OldestRuntime
from edgesmith.runtime.engines.versions import tflite_versions

_TFLITE_PACKAGES = ("tflite-runtime", "ai-edge-litert")


def oldest_tflite_runtime(operators: Iterable[tuple[str, int]]) -> OldestRuntime:
    """For the operators of a `.tflite`, each with its version; custom ones are unknown, whatever registers them."""
    table = tflite_versions()
    known, unknown = {}, []
    for kind, version in sorted(set(operators)):
        if _is_known(table, kind, version):
            known[f"{kind} version {version}"] = (kind, version)
        else:
            unknown.append(f"{kind} version {version}")
    versions: dict[str, str | None] = {}
    because: dict[str, str] = {}
    for package in _TFLITE_PACKAGES:
        releases = table[package]["releases"]
        # One place behind the last release: none of those tried has it.
        places = {name: _first_release(table, package, *operator) for name, operator in known.items()}
        newest = max(places.values(), default=0)
        versions[package] = releases[newest] if newest < len(releases) else None
        if newest > 0:
            because[package] = next(name for name, place in places.items() if place == newest)
    return OldestRuntime(versions=versions, because=because, unknown=tuple(unknown))


def _is_known(table: dict[str, Any], kind: str, version: int) -> bool:
    listed = table["operators"].get(kind, [])
    seen = any(str(version) in table[package]["seen"].get(kind, {}) for package in _TFLITE_PACKAGES)
    return seen or (0 < version <= len(listed) and listed[version - 1] != "")


def _first_release(table: dict[str, Any], package: str, kind: str, version: int) -> int:
    """The place of the first release that opens the operator; the number of releases if none does."""
    releases = table[package]["releases"]
    seen = table[package]["seen"].get(kind, {}).get(str(version))
    if seen is not None:
        return int(releases.index(seen))
    listed = table["operators"].get(kind, [])
    if version > len(listed):  # known from the other package only
        return len(releases)
    if not table[package]["numbered_as_tensorflow"]:
        return 0
    needed = _numbers(listed[version - 1])
    return next((n for n, release in enumerate(releases) if _numbers(release) >= needed), len(releases))


def oldest_onnxruntime(
    *, opset: int, ir_version: int, functions: bool, others: Iterable[tuple[str, str]]
) -> OldestRuntime:
    """For a file of this opset of the standard domain and IR version.

    `functions`: it defines operators of its own. `others`: domain and operator of those that are neither
    standard nor defined in the file.
    """
    table = onnxruntime_versions()
    releases = table["releases"]
    names = [release["version"] for release in releases]
    needs: dict[str, str | None] = {
        f"opset {opset}": next((row["version"] for row in releases if row["opset"] >= opset), None),
        f"IR version {ir_version}": next(
            (row["version"] for row in releases if row["ir"] >= ir_version), None
        ),
    }
    if functions:
        needs["functions"] = next(row["version"] for row in releases if row.get("functions"))
    contributed = table["com.microsoft"]
    unknown = []
    for domain, kind in sorted(set(others)):
        if domain == "com.microsoft" and kind in contributed:
            needs[f"{domain}.{kind}"] = contributed[kind]
        else:
            unknown.append(f"{domain}.{kind}")
    impossible = next((name for name, version in needs.items() if version is None), None)
    strictest = impossible or max(needs, key=lambda name: _numbers(needs[name] or ""))
    version = needs[strictest]
    because = {} if version == names[0] else {"onnxruntime": strictest}
    return OldestRuntime(versions={"onnxruntime": version}, because=because, unknown=tuple(unknown))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@cache
def onnxruntime_versions() -> dict[str, Any]:
    """The parsed table; its comments say what is in it, and where it is from."""
    text = (
        files("edgesmith.convert.anatomy").joinpath("onnxruntime_versions.toml").read_text(encoding="utf-8")
    )
    return tomllib.loads(text)
