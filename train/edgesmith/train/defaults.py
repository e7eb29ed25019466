"""From what the user stated to what will be done: defaults filled in, everything checked that is cheap."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.runtime.errors import ModelFileError, OptionError
from edgesmith.runtime.runrecord import sha256_of
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.applicable import require_applicable
from edgesmith.train.augmentation.settings import Augmentation
from edgesmith.train.data.tfdsbuilder import TFDS_PREFIX
from edgesmith.train.plan import (
    ClassWeights,
    HeadKind,
    MachinePlan,
    OptimizerName,
    Recipe,
    TrainingPlan,
)
from edgesmith.train.recipes.defaults import HEAD_RATE, RECIPE_DEFAULTS
from edgesmith.train.start import Start, find_start, find_teacher
from edgesmith.train.zoo.catalogue import find_network
from edgesmith.train.zoo.network import Network

Weights = Literal["imagenet", "none"] | Path

DEFAULT_NETWORK = "efficientnet_lite0"
DEFAULT_CHANNELS = 3

# Hinton et al., arXiv:1503.02531, tried 2.5 to 20; small students do better with the lower ones (section 3).
_TEMPERATURE = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FittingPlan:
    """How the recipe's stages are fitted; fields as in `TrainingPlan`. None: the recipe has no such thing."""

    epochs: int
    patience: int
    batch_size: int
    optimizer: OptimizerName
    learning_rate: float
    head_learning_rate: float | None
    dropout: float
    label_smoothing: float
    class_weights: ClassWeights
    augmentation: Augmentation | None
    unfreeze_from: str | None
    temperature: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPlan:
    """A `TrainingPlan` without open questions.

    `data`: a source as the user named it, paths made absolute. `weights_sha256` says which file `weights` was,
    None where there is none. `start`: the RUN to start from, if any; `weights` is its model then. `teacher`: the
    RUN that teaches.
    """

    data: str
    output: Path
    network: Network
    recipe: Recipe
    input: InputSpec
    alpha: float
    weights: Weights
    weights_sha256: str | None
    head: HeadKind
    seed: int
    fitting: FittingPlan
    machine: MachinePlan
    start: Start | None = None
    teacher: Start | None = None

    def to_json(self) -> dict[str, Any]:
        """The plan as `run.json` keeps it: `TrainingPlan`'s keys, from which `--from run.json` repeats it."""
        return {
            "data": self.data,
            "model": self.network.name,
            "recipe": self.recipe,
            "image_size": self.input.height,
            "alpha": self.alpha,
            "weights": str(self.weights.resolve()) if isinstance(self.weights, Path) else self.weights,
            "weights_sha256": self.weights_sha256,
            "channels": self.input.channels,
            "head": self.head,
            "seed": self.seed,
            **asdict(self.fitting),
            "start_from": str(self.start.run.resolve()) if self.start else None,
            "teacher": str(self.teacher.run.resolve()) if self.teacher else None,
            "teacher_sha256": sha256_of(self.teacher.model_file) if self.teacher else None,
            "machine": asdict(self.machine),
        }


def settle(plan: TrainingPlan) -> SettledPlan:
    """Fill in the defaults. Raises `EdgesmithError` for what does not fit together."""
    start = find_start(plan)
    return _settle_new(plan) if start is None else _settle_started(plan, start)


def _settle_started(plan: TrainingPlan, start: Start) -> SettledPlan:
    made = start.record.plan
    require_applicable(plan, "quantize-aware")
    return SettledPlan(
        data=_source(plan.data),
        output=plan.output,
        network=find_network(made["model"]),
        recipe="quantize-aware",
        input=start.record.input,
        alpha=made["alpha"],
        weights=start.model_file,
        weights_sha256=sha256_of(start.model_file),
        head=made.get("head", "softmax"),  # runs of 0.1 had no other
        seed=plan.seed,
        fitting=_fitting(plan, "quantize-aware"),
        machine=plan.machine,
        start=start,
    )


def _settle_new(plan: TrainingPlan) -> SettledPlan:
    network = find_network(plan.model or DEFAULT_NETWORK)
    channels = _channels(plan, network)
    recipe = _recipe(plan, network)
    require_applicable(plan, recipe)
    _require_open(plan, network)
    weights = _weights(plan, recipe, network)
    size = network.default_size if plan.image_size is None else plan.image_size
    network.require_input(size=size, channels=channels)
    alpha = network.default_alpha if plan.alpha is None else plan.alpha
    network.require_alpha(alpha, imagenet=weights == "imagenet")
    return SettledPlan(
        data=_source(plan.data),
        output=plan.output,
        network=network,
        recipe=recipe,
        input=InputSpec(height=size, width=size, channels=channels),
        alpha=alpha,
        weights=weights,
        weights_sha256=sha256_of(weights) if isinstance(weights, Path) else None,
        head=plan.head or "softmax",
        seed=plan.seed,
        fitting=_fitting(plan, recipe),
        machine=plan.machine,
        teacher=_teacher(plan, channels),
    )


def _require_open(plan: TrainingPlan, network: Network) -> None:
    """Raise `OptionError` for options that a network of the user's, whole as it is, would not heed."""
    if network.classifier is None:
        return
    for option, value in (("--head", plan.head), ("--dropout", plan.dropout), ("--alpha", plan.alpha)):
        if value is not None:
            raise OptionError(
                f"{option} {value} with {network.name}, which decides on it", tip=f"leave out {option}"
            )


def _fitting(plan: TrainingPlan, recipe: Recipe) -> FittingPlan:
    defaults = RECIPE_DEFAULTS[recipe]
    augmentation = defaults.augmentation if plan.augmentation is None else plan.augmentation

    def stated(name: str) -> Any:
        value = getattr(plan, name)
        return getattr(defaults, name) if value is None else value

    return FittingPlan(
        epochs=stated("epochs"),
        patience=stated("patience"),
        batch_size=plan.batch_size,
        optimizer=stated("optimizer"),
        learning_rate=stated("learning_rate"),
        head_learning_rate=(plan.head_learning_rate or HEAD_RATE) if recipe == "finetune" else None,
        dropout=stated("dropout"),
        label_smoothing=stated("label_smoothing"),
        class_weights=plan.class_weights,
        augmentation=None if augmentation == Augmentation() else augmentation,
        unfreeze_from=(plan.unfreeze_from or "1") if recipe == "finetune" else None,
        temperature=(plan.temperature or _TEMPERATURE) if recipe == "distill" else None,
    )


def _teacher(plan: TrainingPlan, channels: int) -> Start | None:
    teacher = find_teacher(plan)
    if teacher is not None and teacher.record.input.channels != channels:
        theirs = teacher.record.input.channels
        raise OptionError(
            f"the teacher {str(teacher.run)!r} looks at images of {theirs} channels, and the student at {channels}",
            tip=f"--channels {theirs}, with a --model that takes as many",
        )
    return teacher


def _source(data: str | Path) -> str:
    return str(data) if str(data).startswith(TFDS_PREFIX) else str(Path(data).resolve())


def _channels(plan: TrainingPlan, network: Network) -> int:
    if plan.channels is not None:
        return plan.channels
    return DEFAULT_CHANNELS if DEFAULT_CHANNELS in network.channels else network.channels[0]


def _recipe(plan: TrainingPlan, network: Network) -> Recipe:
    if plan.recipe is None:
        return "scratch" if not network.pretrained or plan.weights == "none" else "features"
    if not RECIPE_DEFAULTS[plan.recipe].transfers:
        return plan.recipe
    if network.classifier is not None:
        raise OptionError(
            f"{network.name} is a whole classifier, and the recipe {plan.recipe!r} needs a network without its head",
            tip="--recipe scratch, scratch-augment or distill",
        )
    if not network.pretrained and plan.weights in (None, "imagenet"):
        raise OptionError(
            f"the recipe {plan.recipe!r} needs a pretrained network, which {network.name} is not",
            tip="--weights FILE, --recipe scratch, or --model efficientnet_lite0",
        )
    if plan.weights == "none":
        raise OptionError(
            f"the recipe {plan.recipe!r} needs pretrained weights, and --weights is none",
            tip="--recipe scratch, or leave out --weights",
        )
    return plan.recipe


def _weights(plan: TrainingPlan, recipe: Recipe, network: Network) -> Weights:
    transfers = RECIPE_DEFAULTS[recipe].transfers
    if plan.weights == "none" or (plan.weights is None and not transfers):
        return "none"
    if plan.weights in (None, "imagenet"):
        if recipe in ("scratch", "scratch-augment") or not network.pretrained:
            raise OptionError(
                f"the recipe {recipe!r} of {network.name} starts from random weights or a file, and --weights is 'imagenet'",
                tip="--weights none or FILE, or a pretrained network with --recipe features or finetune",
            )
        return "imagenet"
    file = Path(str(plan.weights))
    if not file.is_file():
        raise ModelFileError(
            f"{plan.weights!r} is no file of weights",
            tip="--weights takes imagenet, none, or a .h5, .weights.h5 or .keras file",
        )
    return file
