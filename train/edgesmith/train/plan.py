"""What a training is asked to do. Free of heavy imports: the command line is built from it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import OptionError
from edgesmith.train.augmentation.settings import Augmentation

NetworkName = Literal[
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "mobilenet_v3_large",
    "mobilenet_v3_small_minimalistic",
    "mobilenet_v3_large_minimalistic",
    "efficientnet_lite0",
    "vgg16",
    "vgg19",
    "resnet50",
    "inception_v3",
    "xception",
    "densenet121",
    "nasnet_mobile",
    "inception_resnet_v2",
    "separable_small",
    "separable_fashion",
    "convnet_mnist",
    "convnet_small",
]
NETWORK_NAMES: tuple[NetworkName, ...] = get_args(NetworkName)

Recipe = Literal[
    "features", "features-augment", "finetune", "scratch", "scratch-augment", "distill", "quantize-aware"
]
RECIPE_NAMES: tuple[Recipe, ...] = get_args(Recipe)

OptimizerName = Literal["adam", "adamw", "rmsprop", "sgd"]
OPTIMIZER_NAMES: tuple[OptimizerName, ...] = get_args(OptimizerName)

HeadKind = Literal["softmax", "sigmoid"]
HEAD_KINDS: tuple[HeadKind, ...] = get_args(HeadKind)

ClassWeights = Literal["none", "balanced"]
CLASS_WEIGHTS: tuple[ClassWeights, ...] = get_args(ClassWeights)

DeviceKind = Literal["auto", "cpu", "gpu"]
DEVICE_KINDS: tuple[DeviceKind, ...] = get_args(DeviceKind)

Distribution = Literal["none", "mirrored", "hosts"]
DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachinePlan:
    """On what a training runs.

    `device`: "auto" takes GPUs where there are any. `distribute`: "mirrored" over the GPUs of this host, "hosts"
    over `hosts` machines, of which this one is number `host_index` (from 0) and all meet at `coordinator`
    (HOST:PORT of number 0). Raises `OptionError` for words that do not go together.
    """

    device: DeviceKind = "auto"
    distribute: Distribution = "none"
    coordinator: str | None = None
    hosts: int | None = None
    host_index: int | None = None

    def __post_init__(self) -> None:
        one_of(DEVICE_KINDS, what="device")(self.device)
        one_of(DISTRIBUTIONS, what="distribution")(self.distribute)
        stated = {"--coordinator": self.coordinator, "--hosts": self.hosts, "--host-index": self.host_index}
        if self.distribute == "hosts":
            if missing := [option for option, value in stated.items() if value is None]:
                raise OptionError(
                    f"--distribute hosts without {' and '.join(missing)}",
                    tip="--coordinator HOST:PORT --hosts N --host-index I, the same on every host but for I",
                )
            self._require_place()
        elif given := [option for option, value in stated.items() if value is not None]:
            raise OptionError(
                f"{' and '.join(given)} without --distribute hosts",
                tip="add --distribute hosts, or leave them out",
            )

    def _require_place(self) -> None:
        hosts, index = self.hosts or 0, self.host_index if self.host_index is not None else -1
        if hosts < 2 or not 0 <= index < hosts:
            raise OptionError(
                f"host {index} of {hosts}; --hosts is 2 or more, --host-index 0..{max(hosts - 1, 1)}",
                tip="--hosts 2 --host-index 0 on the first host, --host-index 1 on the second",
            )
        host, _, port = (self.coordinator or "").rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
            raise OptionError(
                f"{self.coordinator!r} is no HOST:PORT of a coordinator", tip="10.0.0.1:8476, for one"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """A training as the user states it; None leaves a choice to `edgesmith.train.defaults`.

    `data`: a folder of images, or another source of docs/data.md. `output`: the RUN folder, absent or empty.
    `model`: a network's name, or `module:function` of the user's own. `image_size`: height and width of the
    input in pixels. `alpha`: the width multiplier of the MobileNets. `weights`: "imagenet", "none" or a file of
    Keras weights. `epochs`: the most epochs of the recipe's last stage; after `patience` epochs without a better
    one it ends. `channels`: 1 for grey, 3 for RGB. `learning_rate`, `head_learning_rate`: at the begin of the
    last stage, and of the head's own stage before it. `dropout`, `label_smoothing`: shares 0..1. `head`: for
    two classes, one sigmoid output instead of two of a softmax. `unfreeze_from`: a layer of the network from
    which on `finetune` trains, or the share 0..1 of its layers, from the top. `teacher`: the RUN whose answers
    `distill` teaches; `temperature` softens them. `start_from`: the RUN whose network `quantize-aware` trains
    on; it decides on the network, its input and its classes. `resume`: go on with what a killed training left in
    `output`.
    Raises `OptionError` for a name that is not known or a number outside its range.
    """

    data: str | Path
    output: Path
    model: str | None = None
    recipe: Recipe | None = None
    image_size: int | None = None
    alpha: float | None = None
    weights: str | None = None
    channels: int | None = None
    head: HeadKind | None = None
    epochs: int | None = None
    patience: int | None = None
    seed: int = 0
    batch_size: int = 32
    optimizer: OptimizerName | None = None
    learning_rate: float | None = None
    head_learning_rate: float | None = None
    dropout: float | None = None
    label_smoothing: float | None = None
    class_weights: ClassWeights = "none"
    augmentation: Augmentation | None = None
    unfreeze_from: str | None = None
    teacher: Path | None = None
    temperature: float | None = None
    start_from: Path | None = None
    machine: MachinePlan = field(default_factory=MachinePlan)
    resume: bool = False

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.recipe, RECIPE_NAMES, "recipe"),
            (self.optimizer, OPTIMIZER_NAMES, "optimizer"),
            (self.head, HEAD_KINDS, "kind of head"),
            (self.class_weights, CLASS_WEIGHTS, "class weights"),
        ):
            if value is not None:
                one_of(known, what=what)(value)
        if self.model is not None and ":" not in self.model:
            one_of(NETWORK_NAMES, what="model")(self.model)
        self._require_counts()
        self._require_shares()

    def _require_counts(self) -> None:
        for name in ("epochs", "patience", "batch_size"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise OptionError(
                    f"{value} as {name.replace('_', ' ')}; at least 1 is needed",
                    tip=f"--{name.replace('_', '-')} 1 or more",
                )
        # The range that numpy, and with it keras.utils.set_random_seed, accepts.
        if not 0 <= self.seed < 2**32:
            raise OptionError(f"seed {self.seed} is outside 0..{2**32 - 1}", tip="--seed 0, for instance")

    def _require_shares(self) -> None:
        for name in ("learning_rate", "head_learning_rate", "temperature"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise OptionError(
                    f"{value:g} as {name.replace('_', ' ')}; it is above 0",
                    tip=f"--{name.replace('_', '-')} above 0; without it, the recipe's own",
                )
        for name in ("dropout", "label_smoothing"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1:
                raise OptionError(
                    f"{value:g} as {name.replace('_', ' ')}; it is at least 0 and below 1",
                    tip=f"--{name.replace('_', '-')} 0.2, for instance; without it, the recipe's own",
                )
