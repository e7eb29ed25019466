"""From what the user stated to what will be done: defaults filled in, everything checked that is cheap."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.runtime.atomic import require_free
from edgesmith.runtime.errors import EdgesmithError, ModelFileError
from edgesmith.runtime.runrecord import sha256_of
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.plan import NetworkName, Recipe, TrainingPlan
from edgesmith.train.start import Start, find_start
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import SMALLEST_IMAGE, Network

Weights = Literal["imagenet", "none"] | Path

DEFAULT_NETWORK: NetworkName = "efficientnet_lite0"
DEFAULT_CHANNELS = 3

_LARGEST_IMAGE = 1024

# The most epochs of the last stage. A head on cached features costs a fraction of a second an epoch.
_EPOCHS: dict[Recipe, int] = {"features": 60, "finetune": 5, "scratch": 30, "quantize-aware": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPlan:
    """A `TrainingPlan` without open questions.

    `data` is absolute and free of symlinks. A file of `weights` is named as the user named it;
    `weights_sha256` says which it was, None where there is no file. `start`: the RUN to start from, if any;
    `weights` is its model then.
    """

    data: Path
    output: Path
    network: Network
    recipe: Recipe
    input: InputSpec
    alpha: float
    weights: Weights
    weights_sha256: str | None
    epochs: int
    seed: int
    batch_size: int
    start: Start | None = None

    def to_json(self) -> dict[str, Any]:
        """The plan as `run.json` keeps it."""
        return {
            "model": self.network.name,
            "recipe": self.recipe,
            "image_size": self.input.height,
            "alpha": self.alpha,
            "weights": str(self.weights),
            "weights_sha256": self.weights_sha256,
            "from": str(self.start.run) if self.start else None,
            "epochs": self.epochs,
            "seed": self.seed,
            "batch_size": self.batch_size,
            "channels": self.input.channels,
        }


def settle(plan: TrainingPlan) -> SettledPlan:
    """Fill in the defaults. Raises `EdgesmithError` for what does not fit together, and for a used RUN."""
    require_free(plan.output)
    start = find_start(plan)
    return _settle_new(plan) if start is None else _settle_started(plan, start)


def _settle_started(plan: TrainingPlan, start: Start) -> SettledPlan:
    made = start.record.plan
    return SettledPlan(
        data=plan.data.resolve(),
        output=plan.output,
        network=NETWORKS[made["model"]],
        recipe="quantize-aware",
        input=start.record.input,
        alpha=made["alpha"],
        weights=start.model_file,
        weights_sha256=sha256_of(start.model_file),
        epochs=_EPOCHS["quantize-aware"] if plan.epochs is None else plan.epochs,
        seed=plan.seed,
        batch_size=plan.batch_size,
        start=start,
    )


def _settle_new(plan: TrainingPlan) -> SettledPlan:
    network = NETWORKS[plan.model or DEFAULT_NETWORK]
    channels = DEFAULT_CHANNELS if plan.channels is None else plan.channels
    recipe = _recipe(plan, network)
    weights = _weights(plan, recipe)
    size = network.default_size if plan.image_size is None else plan.image_size
    if not SMALLEST_IMAGE <= size <= _LARGEST_IMAGE:
        raise EdgesmithError(
            f"image size {size} is outside {SMALLEST_IMAGE}..{_LARGEST_IMAGE}",
            tip=f"{network.name} was designed for {network.default_size}",
        )
    if channels not in network.channels:
        raise EdgesmithError(
            f"{network.name} takes {_either(network.channels)} channels, not {channels}",
            tip="without --channels, grey pictures become RGB",
        )
    return SettledPlan(
        data=plan.data.resolve(),
        output=plan.output,
        network=network,
        recipe=recipe,
        input=InputSpec(height=size, width=size, channels=channels),
        alpha=_alpha(plan, network, weights),
        weights=weights,
        weights_sha256=sha256_of(weights) if isinstance(weights, Path) else None,
        epochs=_EPOCHS[recipe] if plan.epochs is None else plan.epochs,
        seed=plan.seed,
        batch_size=plan.batch_size,
    )


def _recipe(plan: TrainingPlan, network: Network) -> Recipe:
    if plan.recipe is None:
        return "scratch" if not network.pretrained or plan.weights == "none" else "features"
    if plan.recipe == "scratch":
        return plan.recipe
    if not network.pretrained:
        raise EdgesmithError(
            f"the recipe {plan.recipe!r} needs a pretrained network, which {network.name} is not",
            tip="--recipe scratch, or --model efficientnet_lite0",
        )
    if plan.weights == "none":
        raise EdgesmithError(
            f"the recipe {plan.recipe!r} needs pretrained weights, and --weights is none",
            tip="--recipe scratch, or leave out --weights",
        )
    return plan.recipe


def _weights(plan: TrainingPlan, recipe: Recipe) -> Weights:
    if plan.weights is None:
        return "none" if recipe == "scratch" else "imagenet"
    if plan.weights == "none":
        return "none"
    if plan.weights == "imagenet":
        if recipe == "scratch":
            raise EdgesmithError(
                f"the recipe 'scratch' of {plan.model or DEFAULT_NETWORK} starts from random weights or a file, and --weights is 'imagenet'",
                tip="--weights none or FILE, or a pretrained network with --recipe features or finetune",
            )
        return "imagenet"
    file = Path(plan.weights)
    if not file.is_file():
        raise ModelFileError(
            f"{plan.weights!r} is no file of weights",
            tip="--weights takes imagenet, none, or a .h5, .weights.h5 or .keras file",
        )
    return file


def _alpha(plan: TrainingPlan, network: Network, weights: Weights) -> float:
    alpha = network.default_alpha if plan.alpha is None else plan.alpha
    if alpha not in network.alphas:
        raise EdgesmithError(
            f"alpha {alpha:g} is none of {network.name}'s width multipliers",
            tip=f"--alpha {_either(network.alphas)}",
        )
    pretrained = network.imagenet_alphas or network.alphas
    if weights == "imagenet" and alpha not in pretrained:
        raise EdgesmithError(
            f"there are no ImageNet weights of {network.name} with alpha {alpha:g}",
            tip=f"--alpha {_either(pretrained)}, or --weights FILE, or --recipe scratch",
        )
    return alpha


def _either(values: tuple[float, ...]) -> str:
    return " or ".join(f"{value:g}" for value in values)
