"""What to explain, and how. Free of heavy imports, so that options can be listed and checked at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from edgesmith.runtime.errors import OptionError

PictureKind = Literal["activations", "filters", "heatmaps"]
PICTURE_KINDS: tuple[PictureKind, ...] = get_args(PictureKind)

Method = Literal["grad-cam", "grad-cam++", "score-cam", "occlusion"]
METHODS: tuple[Method, ...] = get_args(Method)

GRADIENT_METHODS: frozenset[Method] = frozenset({"grad-cam", "grad-cam++"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainPlan:
    """`explain MODEL IMAGE… -o OUTPUT`.

    `kinds`: None makes every kind that the model allows; of mistakes, heat maps. `methods`: None takes
    Grad-CAM and Grad-CAM++ where there are gradients, else occlusion. `classes`: labels to explain; empty takes
    the `top` most probable. `layer`: whose feature map Grad-CAM and Score-CAM use; None: the last
    convolutional one. `filter_layers`: empty takes one of middle depth. `filters`: patterns a layer.
    `channels`: the most channels of a grid. `labels`: a file with one label a line.
    """

    model: Path
    images: tuple[Path, ...]
    output: Path
    kinds: tuple[PictureKind, ...] | None = None
    methods: tuple[Method, ...] | None = None
    classes: tuple[str, ...] = ()
    top: int = 2
    layer: str | None = None
    filter_layers: tuple[str, ...] = ()
    filters: int = 16
    channels: int = 64
    labels: Path | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value in (("top", self.top), ("filters", self.filters), ("channels", self.channels)):
            if value < 1:
                raise OptionError(f"--{name} {value}; at least 1 is needed", tip=f"--{name} 1 or more")
