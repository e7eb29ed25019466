"""The stages of a file, in order, and where each puts what it makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, get_args

from edgesmith.cli.run.settings import ModelSettings, Settings

StageKind = Literal["check", "train", "convert", "verify", "bench"]
STAGE_KINDS: tuple[StageKind, ...] = get_args(StageKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`model`: whose it is; None for one of all models. `output`: below the output folder, a file or a folder.

    `after`: the stages whose results it reads.
    """

    kind: StageKind
    output: PurePosixPath
    model: ModelSettings | None = None
    after: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`check`, `train flowers`."""
        return stage_name(self.kind, self.model.name if self.model else None)


def stage_name(kind: StageKind, model: str | None = None) -> str:
    """What a stage is called, on the screen and on disk."""
    return f"{kind} {model}" if model else kind


def stages_of(settings: Settings, *, until: StageKind = "bench") -> list[Stage]:
    """Check, then train, convert and verify model by model, then bench; those after `until` left out."""
    stages = [Stage(kind="check", output=PurePosixPath("check.json"))]
    for model in settings.model:
        stages += _stages_of_model(model, [other.name for other in settings.model])
    stages.append(
        Stage(
            kind="bench",
            output=PurePosixPath("bench"),
            after=tuple(
                stage_name(kind, model.name) for model in settings.model for kind in ("train", "convert")
            ),
        )
    )
    wanted = STAGE_KINDS[: STAGE_KINDS.index(until) + 1]
    return [stage for stage in stages if stage.kind in wanted]


def _stages_of_model(model: ModelSettings, names: Sequence[str]) -> list[Stage]:
    needed = [other for other in (model.teacher, model.start_from) if other in names]
    return [
        Stage(
            kind="train",
            model=model,
            output=PurePosixPath("runs", model.name),
            after=tuple(stage_name("train", other) for other in needed if other),
        ),
        Stage(
            kind="convert",
            model=model,
            output=PurePosixPath("deploy", model.name),
            after=(stage_name("train", model.name),),
        ),
        Stage(
            kind="verify",
            model=model,
            output=PurePosixPath("verify", f"{model.name}.json"),
            after=(stage_name("convert", model.name),),
        ),
    ]
