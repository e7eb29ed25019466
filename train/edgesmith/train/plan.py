"""What a training is asked to do. Free of heavy imports: the command line is built from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import OptionError

NetworkName = Literal[
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "mobilenet_v3_large",
    "mobilenet_v3_small_minimalistic",
    "mobilenet_v3_large_minimalistic",
    "efficientnet_lite0",
    "separable_small",
]
NETWORK_NAMES: tuple[NetworkName, ...] = get_args(NetworkName)

Recipe = Literal["features", "finetune", "scratch", "quantize-aware"]
RECIPE_NAMES: tuple[Recipe, ...] = get_args(Recipe)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """A training as the user states it; None leaves a choice to `edgesmith.train.defaults`.

    `data`: `DATA/<class>/*` or `DATA/{train,val,test}/<class>/*`. `output`: the RUN folder, absent or empty.
    `image_size`: height and width of the input in pixels, at least 32. `alpha`: the width multiplier of the
    MobileNets. `weights`: "imagenet", "none" or a file of Keras weights. `epochs`: the most epochs of the
    recipe's last stage; early stopping may end it sooner. `channels`: 1 for grey, 3 for RGB. `epochs` and
    `batch_size` are at least 1, `seed` is 0..2³²-1. `start_from`: the RUN whose network the recipe
    `quantize-aware` trains on; it decides on the network, its input and its classes.
    Raises `OptionError` for a name that is not known or a number outside its range.
    """

    data: Path
    output: Path
    model: NetworkName | None = None
    recipe: Recipe | None = None
    image_size: int | None = None
    alpha: float | None = None
    weights: str | None = None
    epochs: int | None = None
    seed: int = 0
    batch_size: int = 32
    channels: int | None = None
    start_from: Path | None = None

    def __post_init__(self) -> None:
        if self.model is not None:
            one_of(NETWORK_NAMES, what="model")(self.model)
        if self.recipe is not None:
            one_of(RECIPE_NAMES, what="recipe")(self.recipe)
        for name, value in (("epochs", self.epochs), ("batch size", self.batch_size)):
            if value is not None and value < 1:
                raise OptionError(f"{value} as {name}; at least 1 is needed")
        # The range that numpy, and with it keras.utils.set_random_seed, accepts.
        if not 0 <= self.seed < 2**32:
            raise OptionError(f"seed {self.seed} is outside 0..{2**32 - 1}")
