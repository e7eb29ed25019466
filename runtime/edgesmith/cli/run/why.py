"""Why a stage runs: which of its inputs has changed, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from edgesmith.cli.run.inputs import Project
from edgesmith.cli.run.listing import differences
from edgesmith.cli.run.record import Record
from edgesmith.cli.run.stages import Stage


def reasons(stage: Stage, record: Record | None, inputs: Mapping[str, Any], project: Project) -> list[str]:
    """Empty where nothing has changed. `record`: of the last time, `inputs`: of now."""
    if record is None:
        return ["has not ended yet"]
    found = list(_changed_inputs(record.inputs, inputs, project))
    return found + list(record.damage(project.state.results, project.hashes))


def _changed_inputs(before: Mapping[str, Any], now: Mapping[str, Any], project: Project) -> Iterator[str]:
    for group in {**before, **now}:
        old, new = before.get(group) or {}, now.get(group) or {}
        if old == new:
            continue
        if group == "data":
            yield _data(old, new, project)
            continue
        for name in {**old, **new}:
            if old.get(name) != new.get(name):
                yield _difference(group, name, old.get(name), new.get(name))


def _difference(group: str, name: str, old: Any, new: Any) -> str:
    if group == "after":
        return f"{name} has another result"
    if group == "content":
        return f"what {name} leads to has changed"
    if group == "machine":
        return f"another machine: {name} {_shown(old)} → {_shown(new)}"
    return f"{name} {_shown(old)} → {_shown(new)}"


def _data(old: Mapping[str, Any], new: Mapping[str, Any], project: Project) -> str:
    if old.get("at") != new["at"]:
        return f"data {_shown(old.get('at'))} → {_shown(new['at'])}"
    name = project.file.settings.data
    before = project.state.listing(str(old["sha256"]))
    return f"data {name!r}: {differences(before, project.data.files) if before else 'other images'}"


def _shown(value: Any) -> str:
    return "nothing stated" if value is None else repr(value)
