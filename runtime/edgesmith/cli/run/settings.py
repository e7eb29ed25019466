"""What `edgesmith.toml` holds. Reading it, the comments that `init` writes and docs/run.md all follow from here.

A key that stands for an option of a part has that option's help and choices; None leaves the choice to the part.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar, Literal

# What of the place that a value names is an input, beside the name itself.
Content = Literal["file", "folder", "run", "network", "modules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is known of a key beside its type. `option`: of the section's command. `text`: instead of its help.

    `shown`: `init` writes it as a comment where it has nothing to say about it.
    """

    option: str | None = None
    text: str | None = None
    content: Content | None = None
    shown: bool = False


def _key(text: str, *, default: Any = None) -> Any:
    return field(default=default, metadata={"key": Key(text=text)})


def _option(
    name: str, *, text: str | None = None, content: Content | None = None, shown: bool = False
) -> Any:
    key = Key(option=f"--{name}", text=text, content=content, shown=shown)
    return field(default=None, metadata={"key": key})


def key_of(one: "Field[Any]") -> Key | None:
    """What is known of a field; None for a section."""
    found: Key | None = one.metadata.get("key")
    return found


def stated(section: Any) -> dict[str, Any]:
    """The keys of a section that have a value, without sections in it; lists as JSON has them."""
    values = {one.name: getattr(section, one.name) for one in fields(section) if key_of(one)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """What stops everything before any training."""

    COMMAND: ClassVar[str] = "check"

    strict: bool | None = _option("strict", shown=True)
    image_size: int | None = _option("image-size", shown=True)
    near_distance: int | None = _option("near-distance")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertSettings:
    """What is made of each trained network. `[model.convert]` below a `[[model]]` has the same keys, for it alone."""

    COMMAND: ClassVar[str] = "convert"

    precision: tuple[str, ...] | None = _option("precision")
    format: tuple[str, ...] | None = _option("format")
    max_drop: float | None = _option("max-drop")
    min_agreement: float | None = _option("min-agreement")
    guard: str | None = _option("guard", content="folder")
    calibration: str | None = _option("calibration", content="folder")
    evaluate: str | None = _option("evaluate", content="folder")
    io: str | None = _option("io", shown=True)
    calibration_method: str | None = _option("calibration-method")
    rounding: str | None = _option("rounding")
    equalize: bool | None = _option("equalize")
    keep_float: tuple[str, ...] | None = _option("keep-float")
    x86_safe: bool | None = _option("x86-safe")
    custom: tuple[str, ...] | None = _option("custom", content="modules")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """One network and how it is trained; several `[[model]]` tables are compared in one report."""

    COMMAND: ClassVar[str] = "train"

    name: str = _key("of its files: letters, digits, `.`, `_` and `-`", default="")
    network: str | None = _option(
        "model",
        text="a name of `edgesmith models` (efficientnet_lite0), or MODULE:FUNCTION or FILE.py:FUNCTION of your own",
        content="network",
    )
    recipe: str | None = _option("recipe")
    image_size: int | None = _option("image-size")
    channels: int | None = _option("channels", shown=True)
    alpha: float | None = _option("alpha")
    weights: str | None = _option("weights", content="file")
    head: str | None = _option("head")
    epochs: int | None = _option("epochs")
    patience: int | None = _option("patience", shown=True)
    batch_size: int | None = _option("batch-size", shown=True)
    optimizer: str | None = _option("optimizer")
    learning_rate: float | None = _option("learning-rate", shown=True)
    head_learning_rate: float | None = _option("head-learning-rate")
    unfreeze_from: str | float | None = _option("unfreeze-from")
    dropout: float | None = _option("dropout")
    label_smoothing: float | None = _option("label-smoothing")
    class_weights: str | None = _option("class-weights", shown=True)
    teacher: str | None = _option(
        "teacher",
        text="distill: the name of a [[model]] above, or a RUN folder, to learn from",
        content="run",
    )
    temperature: float | None = _option("temperature")
    start_from: str | None = _option(
        "from",
        text="quantize-aware: the name of a [[model]] above, or a RUN folder, to train on",
        content="run",
    )
    augmentation: str | None = _option("augmentation", shown=True)
    rotation: float | None = _option("rotation")
    width_shift: float | None = _option("width-shift")
    height_shift: float | None = _option("height-shift")
    shear: float | None = _option("shear")
    zoom: float | None = _option("zoom")
    brightness: float | None = _option("brightness")
    contrast: float | None = _option("contrast")
    rand_augment: float | None = _option("rand-augment")
    mixup: float | None = _option("mixup")
    cutmix: float | None = _option("cutmix")
    flip: bool | None = _option("flip")
    device: str | None = _option("device")
    convert: ConvertSettings = ConvertSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchSettings:
    """What is measured, on the test images."""

    COMMAND: ClassVar[str] = "bench"

    device: tuple[str, ...] | None = _option("device", shown=True)
    threads: tuple[int, ...] | None = _option("threads")
    engine: tuple[str, ...] | None = _option("engine")
    quick: bool | None = _option("quick", shown=True)
    scenario: str | None = _option("scenario")
    minutes: float | None = _option("minutes")
    processes: int | None = _option("processes", shown=True)
    profile: bool | None = _option("profile")
    strict: bool | None = _option("strict")
    install: bool | None = _option("install")
    remote_python: str | None = _option("remote-python")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole file. Paths count from its folder."""

    data: str = _key("the images: whatever `edgesmith check` and `edgesmith train` take", default="")
    output: str = _key(
        "the folder for everything that is made; it belongs to `edgesmith run` (results)", default="results"
    )
    seed: int = _key("decides on the split, the start and every order, for all models (0)", default=0)
    check: CheckSettings = CheckSettings()
    model: tuple[ModelSettings, ...] = ()
    convert: ConvertSettings = ConvertSettings()
    bench: BenchSettings = BenchSettings()

    def convert_of(self, model: ModelSettings) -> Mapping[str, Any]:
        """What is stated for the conversion of `model`: its own keys before the common ones.

        One kind of goal takes the place of the other.
        """
        own, common = stated(model.convert), stated(self.convert)
        if not own.keys().isdisjoint(GOALS):
            common = {name: value for name, value in common.items() if name not in GOALS}
        return common | own


GOALS = ("max_drop", "min_agreement")

# By the name of the table; what `[[model]]` and `[model.convert]` are is told by the classes.
SECTIONS = {
    "check": CheckSettings,
    "model": ModelSettings,
    "convert": ConvertSettings,
    "bench": BenchSettings,
}
