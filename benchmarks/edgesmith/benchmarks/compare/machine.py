"""Are two results of one machine, and what has changed on it?"""

from collections.abc import Iterator, Mapping
from typing import Any

from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.machine.environment import Environment

# What the machine is and how it is set up. Kernel, OS, Python and packages may change: their effect is what one
# wants to know. Boards have no number of their own here, so two of one kind pass for one.
_IDENTITY = ("board", "cpu_model", "architecture", "cores", "max_frequency_mhz", "governor")
_RAM_TOLERANCE = 0.05  # what kernel and firmware keep for themselves changes with their versions


def differences(old: BenchResult, new: BenchResult) -> list[str]:
    """What makes them results of different machines or of different work, in words; [] when nothing does."""
    found = machine_differences(old.environment, new.environment)
    if old.data.sha256 != new.data.sha256:
        found.append(f"images {old.data.name!r} and {new.data.name!r}, which are not the same files")
    if old.plan.scenario != new.plan.scenario:
        found.append(f"scenario {old.plan.scenario} and {new.plan.scenario}")
    return found


def machine_differences(old: Environment, new: Environment) -> list[str]:
    """What makes them different machines, or one that is set up differently, in words; [] when nothing does."""
    found = [
        f"{name.replace('_', ' ')} {before!r} and {after!r}"
        for name, before, after in _fields(old, new, _IDENTITY)
    ]
    before, after = old.ram_bytes, new.ram_bytes
    if before is not None and after is not None and abs(after / before - 1) > _RAM_TOLERANCE:
        found.append(f"memory of {before} and {after} bytes")
    return found


def software_changes(old: Environment, new: Environment) -> list[str]:
    """Versions that differ: no reason to refuse, but one for a difference of times."""
    found = [
        f"{name} {before} → {after}" for name, before, after in _fields(old, new, ("kernel", "os", "python"))
    ]
    return found + package_changes(old.packages, new.packages)


def package_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Versions by name that differ, in words."""
    return [
        f"{name} {old.get(name, 'absent')} → {new.get(name, 'absent')}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def _fields(old: Environment, new: Environment, names: tuple[str, ...]) -> Iterator[tuple[str, Any, Any]]:
    for name in names:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield name, before, after
