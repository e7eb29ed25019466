"""What `explain` found, version `edgesmith.explain/1`. Pictures are paths inside the output folder."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from edgesmith.convert.explain.activations import LayerKind
from edgesmith.convert.explain.plan import Method

SCHEMA = "edgesmith.explain/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """One class and its probability 0..1."""

    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRecord:
    """`centre`: x and y of the heat's centre of mass as shares from the upper left; None without heat."""

    label: str
    method: Method
    png: str
    centre: tuple[float, float] | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRecord:
    """`shape`: height, width, channels. `sparsity`: share of zeros. `dead`: channel numbers. `shown`: how many
    channels the picture has.
    """

    name: str
    kind: LayerKind
    shape: tuple[int, int, int]
    sparsity: float
    dead: tuple[int, ...]
    shown: int
    png: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """`png`: what the model is given. `truth`: the label of a mistake, else None."""

    file: str
    png: str
    truth: str | None
    top: tuple[ClassScore, ...]
    heatmaps: tuple[HeatRecord, ...]
    layers: tuple[LayerRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterRecord:
    """`filters`: how many the layer has. `indices`: those shown. `blank`: those of them without a gradient."""

    layer: str
    filters: int
    indices: tuple[int, ...]
    blank: tuple[int, ...]
    png: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNoise:
    """One layer of two files. `decibels`: signal to noise; None where all values are equal."""

    first: int
    second: int
    operator: str
    name: str
    shape: tuple[int, ...]
    matched_by: Literal["name", "order"]
    decibels: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRecord:
    """One picture's occlusion maps in both files. `patch`: the hidden square's side, a share of the picture's."""

    file: str
    label: str
    scores: tuple[float, float]
    pngs: tuple[str, str, str]
    patch: float
    correlation: float | None
    distance: float | None
    moved: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRecord:
    """`unmatched`: operators of each file without a partner. `kernels`: what computed the tensors that were read."""

    files: tuple[str, str]
    kernels: tuple[str, str]
    layers: tuple[LayerNoise, ...]
    unmatched: tuple[tuple[str, ...], tuple[str, ...]]
    images: tuple[ShiftRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`headline`: what the whole comes to, where there is such a thing. `notes`: what was left out and why.
    `seconds`: wall time by stage.
    """

    model: str
    title: str
    origin: str
    images: tuple[ImageRecord, ...] = ()
    filters: tuple[FilterRecord, ...] = ()
    comparison: ComparisonRecord | None = None
    headline: str | None = None
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The document, `schema` first."""
        return {"schema": SCHEMA, **asdict(self)}
