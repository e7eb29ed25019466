"""The plan from what was stated: on the command line, in a `--config` file, or in the run.json to be repeated."""

import argparse
import tomllib
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from edgesmith.runtime.errors import DataError, OptionError
from edgesmith.runtime.runrecord import MODEL_FILE, RunRecord, sha256_of
from edgesmith.runtime.strict import from_json
from edgesmith.train.augmentation.options import stated_augmentation
from edgesmith.train.augmentation.settings import Augmentation
from edgesmith.train.plan import MachinePlan, TrainingPlan
from edgesmith.train.recipes.defaults import RECIPE_DEFAULTS
from edgesmith.train.zoo.custom import is_custom

_MACHINE = tuple(field.name for field in fields(MachinePlan))
_KNOBS = ("augmentation", *(field.name for field in fields(Augmentation)))

# What a training that is repeated takes from the command line; DATA may have moved.
_OPEN = {"data", "output", "start_from", "resume", "json", "parser", *_MACHINE}

# Decided by the RUN that quantize-aware starts from.
_OF_THE_START = ("model", "image_size", "alpha", "weights", "channels", "head", "dropout")

# Options that concern the command line itself.
_NOT_IN_FILES = {"help", "config", "json", "resume"}

# Decided by a network of the user's, which is whole as it is.
_OF_THE_NETWORK = ("alpha", "head", "dropout")


def add_config(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Fill in from the TOML file of `--config` what the command line left open.

    Its keys are the options' names. Raises `OptionError` for a key that is none, with the nearest.
    """
    if arguments.config is None:
        return
    known = _known(parser)
    words: list[str] = []
    for key, value in _read_toml(arguments.config).items():
        name = key.replace("_", "-")
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise OptionError(
                f"{str(arguments.config)!r}: there is no option {key!r}",
                tip=f"did you mean {near[0]!r}?" if near else "the keys are the names of the options",
            )
        switch = isinstance(known[name], argparse.BooleanOptionalAction)
        if not isinstance(value, bool if switch else (str, int, float)) or isinstance(value, bool) != switch:
            raise OptionError(
                f"{str(arguments.config)!r}: {value!r} as {key!r}",
                tip="true or false" if switch else "one number or one text",
            )
        words += _words(name, value)
    for name, value in vars(parser.parse_args(words)).items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)


def stated_plan(arguments: argparse.Namespace) -> TrainingPlan:
    """The plan of a new training; DATA and `-o` are there. Raises `OptionError`."""
    own = {field.name for field in fields(TrainingPlan)} - {"augmentation", "machine"}
    stated = {name: value for name, value in vars(arguments).items() if name in own and value is not None}
    return TrainingPlan(
        **stated, augmentation=_augmentation(arguments), machine=MachinePlan(**_machine(arguments))
    )


def repeats(arguments: argparse.Namespace) -> bool:
    """Whether `--from` names a training to be repeated rather than a RUN to start from."""
    return arguments.start_from is not None and arguments.recipe is None


def repeated_plan(arguments: argparse.Namespace) -> tuple[TrainingPlan, RunRecord]:
    """The plan of `--from RUN/run.json`, to be run again, and the record of the first time.

    Raises `OptionError` for options that would change it, and `DataError` when a file of weights is not the one
    of then.
    """
    given = [name for name, value in vars(arguments).items() if value is not None and name not in _OPEN]
    if given:
        raise OptionError(
            f"--from {str(arguments.start_from)!r} repeats a training as it was, and"
            f" --{given[0].replace('_', '-')} would change it",
            tip="leave it out; or --recipe quantize-aware, which trains that RUN on",
        )
    run: Path = arguments.start_from
    record = RunRecord.load(run if run.is_dir() else run.parent)
    document = dict(record.plan)
    _require_same_files(document, run)
    decided: tuple[str, ...] = ("weights_sha256", "teacher_sha256")
    if document.get("recipe") == "quantize-aware":
        decided += _OF_THE_START
    elif is_custom(str(document.get("model"))):
        decided += _OF_THE_NETWORK
    document = {key: value for key, value in document.items() if key not in decided}
    # None stands for no augmentation in a record, and in a plan for the recipe's own.
    document["augmentation"] = document.get("augmentation") or {}
    document["data"] = arguments.data or document.get("data", record.data.root)
    document["output"] = str(arguments.output)
    document["resume"] = bool(arguments.resume)
    document["machine"] = {**document.get("machine", {}), **_machine(arguments)}
    return from_json(TrainingPlan, document, where=f"the plan of {str(run)!r}"), record


def _require_same_files(document: dict[str, Any], run: Path) -> None:
    for name, file in (("weights", ""), ("teacher", MODEL_FILE)):
        path, sha256 = document.get(name), document.get(f"{name}_sha256")
        if sha256 is not None and sha256_of(Path(str(path)) / file) != sha256:
            raise DataError(
                f"{path!r} has changed since {str(run)!r} was trained with it",
                tip="put the file of then back; or train anew, without --from",
            )


def _augmentation(arguments: argparse.Namespace) -> Augmentation | None:
    if all(getattr(arguments, knob) is None for knob in _KNOBS):
        return None
    recipe = arguments.recipe
    default = RECIPE_DEFAULTS[recipe].augmentation if recipe is not None else None
    return stated_augmentation(arguments, default=default or Augmentation())


def _machine(arguments: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(arguments, name) for name in _MACHINE if getattr(arguments, name) is not None}


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(
            f"{str(file)!r} cannot be read: {error.strerror or error}",
            tip="check the name that --config gives, and its permissions",
        ) from error
    except ValueError as error:  # with the line, in tomllib's words; or bytes that are no UTF-8
        raise OptionError(
            f"{str(file)!r} is not TOML: {error}", tip='as in: epochs = 10, a line each; recipe = "finetune"'
        ) from error


def _known(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """What a file can state, by the name that it has on the command line."""
    names = {action.dest: action for action in parser._actions if not action.option_strings}
    for action in parser._actions:
        names |= {flag[2:]: action for flag in action.option_strings if flag.startswith("--")}
    return {name: action for name, action in names.items() if name not in _NOT_IN_FILES}


def _words(name: str, value: Any) -> list[str]:
    if name == "data":
        return [str(value)]
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [f"--{name}={value}"]
