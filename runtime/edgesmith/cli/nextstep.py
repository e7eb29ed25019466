"""What `edgesmith` alone says: what is here, and the command that comes next."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgesmith.cli.surroundings import Surroundings
from edgesmith.cli.terminal import one_line

_SHOWN = 3  # of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`command`: what to type. `why`: in a few words."""

    command: str
    why: str


def next_text(found: Surroundings) -> str:
    """The answer, at most a dozen lines."""
    steps = next_steps(found)
    width = max(len(step.command) for step in steps)
    here = "".join(f"  {line}\n" for line in _here(found)) or "  neither photos nor models\n"
    commands = "".join(f"  {step.command:<{width}}  {step.why}\n" for step in steps)
    return (
        "From a folder of images to a classifier on a Raspberry Pi or a phone.\n\n"
        f"here:\n{here}\nnext:\n{commands}\n"
        "`edgesmith --help` lists all commands, `edgesmith COMMAND --help` its examples.\n"
    )


def next_steps(found: Surroundings) -> list[Step]:
    """One to three commands, the next one first."""
    if found.settings is not None:
        return [
            Step(
                command=f"edgesmith run {_word(found.settings)}", why="whatever has changed since last time"
            ),
            Step(
                command=f"edgesmith run {_word(found.settings)} --dry-run", why="what that would be, and why"
            ),
        ]
    if found.unfinished:
        data = _word(found.photos[-1]) if found.photos else "photos"
        go_on = f"edgesmith train {data} -o {_word(found.unfinished[-1])} --resume"
        return [Step(command=go_on, why="goes on; with the other options that it began with")]
    waiting = [run for run in found.runs if not _models_of(run, found.deployed)]
    if waiting:
        run = _word(waiting[-1])
        return [
            Step(command=f"edgesmith convert {run} -o {_word(_deploy_of(waiting[-1]))}", why="model files"),
            Step(
                command=f"edgesmith explain --mistakes {run} -o mistakes", why="what it gets wrong, and why"
            ),
        ]
    if found.deployed:
        return _after_conversion(found)
    if found.models:
        return _on_models(found.models[-1])
    return _before_training(found)


def _after_conversion(found: Surroundings) -> list[Step]:
    model = found.deployed[-1]
    folder = _word(model.parent)
    steps = [
        Step(command=f"edgesmith bundle {folder} -o edge.pyz", why="one file for a device"),
        Step(command=f"edgesmith predict {_word(model)} photo.jpg", why="what is on a picture"),
    ]
    if found.benchmarks:
        return [*steps, Step(command=f"edgesmith serve {_word(model)}", why="a live page for phones")]
    of_it = [run for run in found.runs if _models_of(run, (model,))]
    data = _word(of_it[-1]) if of_it else "photos"
    measure = Step(command=f"edgesmith bench {folder} --data {data}", why="how fast, how right: a report")
    return [measure, *steps]


def _on_models(model: Path) -> list[Step]:
    return [
        Step(command=f"edgesmith verify {_word(model)}", why="does it give its golden answers here"),
        Step(command=f"edgesmith predict {_word(model)} photo.jpg", why="what is on a picture"),
        Step(command="edgesmith doctor", why="is this machine fit"),
    ]


def _before_training(found: Surroundings) -> list[Step]:
    if found.photos:
        data = found.photos[-1]
        # A RUN beside the classes would become one of them.
        run = (Path("..") if data == Path() else Path()) / "runs" / data.resolve().name
        return [
            Step(command=f"edgesmith check {_word(data)}", why="damaged, duplicate, leaked, unbalanced?"),
            Step(command=f"edgesmith init {_word(data)}", why="settings for all that follows, in one file"),
            Step(command=f"edgesmith train {_word(data)} -o {_word(run)}", why="or by hand"),
        ]
    return [
        Step(command="edgesmith demo", why="the whole chain on handwritten digits, offline"),
        Step(
            command="edgesmith check photos", why="with your own: photos/<class>/*.jpg, two classes or more"
        ),
        Step(command="edgesmith doctor", why="is this machine fit to run models"),
    ]


def _here(found: Surroundings) -> list[str]:
    groups: tuple[tuple[Sequence[Path], str], ...] = (
        ([found.settings] if found.settings else [], "the settings of `edgesmith run`"),
        (found.photos, "photos by class"),
        (found.unfinished, "a training that was broken off"),
        (found.runs, "a trained model"),
        (sorted({model.parent for model in found.deployed}), "model files for devices"),
        (found.models, "a model file"),
        (found.benchmarks, "a benchmark, with report.html"),
    )
    return [f"{one_line(str(path))}: {what}" for paths, what in groups for path in paths[:_SHOWN]]


def _models_of(run: Path, models: Sequence[Path]) -> list[Path]:
    """Those that are named for `run`, as `edgesmith convert` names them."""
    return [model for model in models if model.name.startswith(f"{run.resolve().name}-")]


def _deploy_of(run: Path) -> Path:
    return Path("deploy") / run.resolve().name


def _word(path: Path) -> str:
    """`path` as one word of a shell's command line; not an option, whatever its name."""
    text = str(path)
    return shlex.quote(one_line(f"./{text}" if text.startswith("-") else text))
