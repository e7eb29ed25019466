"""Everything that decides on a stage's result, as JSON: two equal documents, one result."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from edgesmith.cli.run.filehashes import FileHashes
from edgesmith.cli.run.listing import Listing, list_content
from edgesmith.cli.run.read import SettingsFile
from edgesmith.cli.run.settings import Content, ConvertSettings, ModelSettings, key_of, stated
from edgesmith.cli.run.stages import Stage
from edgesmith.cli.run.state import State
from edgesmith.cli.run.versions import this_machine, versions_for
from edgesmith.runtime.runrecord import MODEL_FILE, RUN_FILE
from edgesmith.runtime.spec import MODEL_FORMATS


@dataclass(frozen=True, kw_only=True)
class Project:
    """One file of settings and its output folder."""

    file: SettingsFile
    state: State
    hashes: FileHashes

    @cached_property
    def data(self) -> Listing:
        """The images, without what is ours among them."""
        ours = (self.file.file.resolve(), self.state.results.resolve())
        return list_content(
            self.file.settings.data, folder=self.file.folder, hashes=self.hashes, without=ours
        )

    @cached_property
    def machine(self) -> Mapping[str, Any]:
        """Which one this is."""
        return this_machine()


def inputs_of(stage: Stage, project: Project) -> dict[str, Any]:
    """The inputs of `stage`, now. Raises `DataError` for a path that is not there.

    Those from stages before it are what their records say, null where there is none.
    """
    settings = project.file.settings
    found: dict[str, Any] = {"settings": _settings_of(stage, project), "versions": versions_for(stage.kind)}
    if stage.kind in ("check", "train"):
        found["data"] = {"at": _place_of_data(project), "sha256": project.data.sha256}
    if stage.kind == "verify" or (stage.kind == "bench" and "local" in (settings.bench.device or ("local",))):
        found["machine"] = dict(project.machine)
    if content := dict(_contents(stage, project)):
        found["content"] = content
    if stage.after:
        records = {name: project.state.record(name) for name in stage.after}
        found["after"] = {name: None if record is None else record.result for name, record in records.items()}
    return found


def result_of(stage: Stage, output: Path, files: Mapping[str, Any]) -> dict[str, Any]:
    """What later stages read of what `stage` has made at `output`, whose files have the hashes `files`."""
    if stage.kind == "train":
        return run_result(output, str(files[MODEL_FILE]))
    if stage.kind == "convert":
        suffixes = tuple(f".{name}" for name in MODEL_FORMATS)
        return {name: sha256 for name, sha256 in files.items() if name.endswith(suffixes)}
    return {}


def run_result(run: Path, model: str) -> dict[str, Any]:
    """Of a RUN: not its metrics and times, which differ where the network does not. `model`: SHA-256 of the network."""
    document = json.loads((run / RUN_FILE).read_bytes())
    data = document["data"]
    return {
        "model": model,
        "labels": document["labels"],
        "input": document["input"],
        "data": {"root": data["root"], "sha256": data["sha256"]},
    }


def _settings_of(stage: Stage, project: Project) -> dict[str, Any]:
    settings = project.file.settings
    if stage.kind == "check":
        return stated(settings.check)
    if stage.kind == "verify":
        return {}
    if stage.model is None:
        own: Mapping[str, Any] = stated(settings.bench)
    else:
        own = stated(stage.model) if stage.kind == "train" else settings.convert_of(stage.model)
    return {"seed": settings.seed, **own}


def _place_of_data(project: Project) -> str:
    # A RUN remembers where its images are, so that another place is another RUN.
    return str((project.file.folder / project.file.settings.data).resolve())


def _contents(stage: Stage, project: Project) -> Iterator[tuple[str, Any]]:
    """The hash of what each path among the stage's settings leads to."""
    section: type[Any] = ModelSettings if stage.kind == "train" else ConvertSettings
    if stage.kind not in ("train", "convert"):
        return
    values = _settings_of(stage, project)
    for one in fields(section):
        key, value = key_of(one), values.get(one.name)
        if key is None or key.content is None or value is None:
            continue
        found = _LOOKS[key.content](value, project)
        if found is not None:
            yield one.name, found


def _file(value: str, project: Project) -> Any:
    path = project.file.folder / value
    return project.hashes.sha256(path) if path.is_file() else None  # `imagenet`; or told by the part


def _folder(value: str, project: Project) -> Any:
    return list_content(value, folder=project.file.folder, hashes=project.hashes).sha256


def _run(value: str, project: Project) -> Any:
    if value in {model.name for model in project.file.settings.model}:
        return None  # a stage before this one
    run = project.file.folder / value
    if not (run / RUN_FILE).is_file() or not (run / MODEL_FILE).is_file():
        return None
    return run_result(run, project.hashes.sha256(run / MODEL_FILE))


def _network(value: str, project: Project) -> Any:
    return _module(value.rpartition(":")[0], project) if ":" in value else None


def _modules(value: list[str], project: Project) -> Any:
    return {name: _module(name, project) for name in value}


def _module(name: str, project: Project) -> str | None:
    """Of a module of the user's own, beside the file; what it imports, and installed ones, are not looked at."""
    file = project.file.folder / (name if name.endswith(".py") else f"{name.replace('.', '/')}.py")
    return project.hashes.sha256(file) if file.is_file() else None


_LOOKS: dict[Content, Callable[[Any, Project], Any]] = {
    "file": _file,
    "folder": _folder,
    "run": _run,
    "network": _network,
    "modules": _modules,
}
