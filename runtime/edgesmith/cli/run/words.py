"""The command line of each stage."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from edgesmith.cli.parts import action_of
from edgesmith.cli.run.settings import (
    BenchSettings,
    CheckSettings,
    ConvertSettings,
    ModelSettings,
    Settings,
    key_of,
    stated,
)
from edgesmith.cli.run.stages import Stage
from edgesmith.runtime.spec import MODEL_FORMATS

Words = list[str | Path]


def words_of(stage: Stage, settings: Settings, *, folder: Path, results: Path, made: Path) -> Words:
    """What to run in `folder`, without `--json`. `results`: the output folder; `made`: where the output is to be."""
    if stage.kind == "check":
        return ["check", settings.data, *_options(CheckSettings, stated(settings.check))]
    results, made = _seen_from(folder, results), _seen_from(folder, made)
    seed = ["--seed", str(settings.seed)]
    if stage.model is None:
        deployed = [results / "deploy" / model.name for model in settings.model]
        run = results / "runs" / settings.model[0].name
        options = _options(BenchSettings, stated(settings.bench))
        return ["bench", *deployed, "--data", run, "-o", made, "--resume", *seed, *options]
    run, deploy = results / "runs" / stage.model.name, results / "deploy" / stage.model.name
    if stage.kind == "train":
        options = _options(ModelSettings, _with_runs(stage.model, settings, results))
        return ["train", settings.data, "-o", made, "--resume", *seed, *options]
    if stage.kind == "convert":
        options = _options(ConvertSettings, settings.convert_of(stage.model))
        return ["convert", run, "-o", made, *seed, *options]
    suffixes = {f".{name}" for name in MODEL_FORMATS}
    return [
        "verify",
        *sorted(deploy / file.name for file in (folder / deploy).iterdir() if file.suffix in suffixes),
    ]


def _seen_from(folder: Path, path: Path) -> Path:
    """As a user would write it there."""
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _with_runs(model: ModelSettings, settings: Settings, results: Path) -> Mapping[str, Any]:
    """The RUN folders in place of the names of other models."""
    values, names = stated(model), {other.name for other in settings.model}
    for key in ("teacher", "start_from"):
        if values.get(key) in names:
            values[key] = results / "runs" / values[key]
    return values


def _options(section: type[Any], values: Mapping[str, Any]) -> list[str]:
    options = {one.name: key.option for one in fields(section) if (key := key_of(one)) and key.option}
    words: list[str] = []
    for name, value in values.items():
        if name in options:
            words += _words(action_of(section.COMMAND, options[name]), options[name], value)
    return words


def _words(action: argparse.Action, option: str, value: Any) -> Iterator[str]:
    if isinstance(action, argparse.BooleanOptionalAction):
        yield option if value else option.replace("--", "--no-", 1)
    elif isinstance(value, bool):
        yield from [option] if value else []
    elif not isinstance(value, list):
        yield f"{option}={value}"  # a value may begin with a dash
    elif action.nargs == "+":
        yield from [option, *map(str, value)]
    elif action.choices is not None:  # once for each
        yield from (f"{option}={one}" for one in value)
    else:
        yield f"{option}={','.join(map(str, value))}"
