"""What a model file says of itself: the content of `edgesmith.json`, version `edgesmith.model/1`."""

import dataclasses
import json
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal, get_args

from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.strict import from_json

SCHEMA: Literal["edgesmith.model/1"] = "edgesmith.model/1"

Precision = Literal["float32", "float16", "dynamic", "int8", "int16x8", "mixed"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

ModelFormat = Literal["tflite", "onnx"]
MODEL_FORMATS: tuple[ModelFormat, ...] = get_args(ModelFormat)

Resize = Literal["stretch", "crop"]


def is_plain_text(text: str) -> bool:
    """Whether a name is free of control characters (Unicode category Cc) and surrogates (Cs).

    A terminal obeys the former, and a file of one label a line breaks at some; the latter are no text.
    """
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """How a picture becomes the input tensor `[1, height, width, channels]` of raw pixels 0..255.

    `stretch` scales the whole image to height × width. `crop` scales the centred rectangle of the input's
    aspect ratio whose sides are `crop_fraction` of the largest that fits; the filter sees what lies beside.
    """

    height: int
    width: int
    channels: int
    resize: Resize = "stretch"
    crop_fraction: float = 1.0
    interpolation: Literal["bilinear"] = "bilinear"

    def __post_init__(self) -> None:
        if not (0 < self.height <= 8192 and 0 < self.width <= 8192):
            raise ValueError(f"input size {self.height}x{self.width} is outside 1..8192")
        if self.channels not in (1, 3):
            raise ValueError(f"{self.channels} channels; 1 (grey) and 3 (RGB) are known")
        if not 0.0 < self.crop_fraction <= 1.0:
            raise ValueError(f"crop_fraction {self.crop_fraction} is outside (0, 1]")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The tensor's shape: one image, rows, columns, channels."""
        return (1, self.height, self.width, self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """What the file was converted from: the SHA-256 of its bytes and the framework that wrote it."""

    sha256: str
    framework: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """The answers to the inputs of `edgesmith.runtime.golden`, computed at conversion.

    `outputs`: one row of output values an input: integers 0..255 for uint8 outputs, -128..127
    for int8 ones, else probabilities.
    `tolerance`: largest absolute difference, in those units, that still counts as the same kernels' work.
    `other_kernels`: largest difference seen at conversion between LiteRT with and without XNNPACK.
    """

    outputs: tuple[tuple[float, ...], ...]
    tolerance: float
    other_kernels: float

    def __post_init__(self) -> None:
        if len({len(row) for row in self.outputs}) > 1:
            raise ValueError(f"golden outputs of {sorted({len(row) for row in self.outputs})} values")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """Everything a device must know of a model file beside its bytes.

    `content_sha256`: SHA-256 of the model without our metadata (`edgesmith.runtime.integrity`), in
    hexadecimal; None where it is not stated.
    """

    name: str
    labels: tuple[str, ...]
    input: InputSpec
    precision: Precision
    source: SourceSpec
    golden: Golden
    content_sha256: str | None = None
    schema: Literal["edgesmith.model/1"] = SCHEMA

    def __post_init__(self) -> None:
        if len(self.labels) < 2:
            raise ValueError(f"{len(self.labels)} labels; a classifier has at least two")
        for text in (self.name, *self.labels):
            if not is_plain_text(text):
                raise ValueError(f"{text!a} has control characters")

    def to_json(self) -> bytes:
        """UTF-8 JSON with `schema` first and no spaces: equal specs give equal bytes."""
        fields = dataclasses.asdict(self)
        document = {"schema": fields.pop("schema"), **fields}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "ModelSpec":
        """Read `to_json`'s bytes. Raises `ModelFileError` naming the key that is wrong."""
        try:
            document: Any = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise ModelFileError(
                f"edgesmith.json is not JSON: {error}", tip="copy it again, or convert it again"
            ) from error
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema != SCHEMA:
            raise ModelFileError(
                f"edgesmith.json has schema {schema!r}; this version reads {SCHEMA!r}",
                tip="convert the model again, or install the edgesmith that wrote it",
            )
        return from_json(cls, document, where="edgesmith.json")
