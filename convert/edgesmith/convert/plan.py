"""What to convert, and into what."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from edgesmith.convert.normalisation import RAW_PIXELS, ExternalNormalisation
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import MODEL_FORMATS, ModelFormat

WritablePrecision = Literal["float32", "int8"]
WRITABLE_PRECISIONS: tuple[WritablePrecision, ...] = get_args(WritablePrecision)

CALIBRATION_IMAGES = 100
"""Enough: from 20 images on, agreement with the float model no longer changes beyond noise (docs/conversion.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionPlan:
    """`convert MODEL -o OUTPUT`.

    `model`: a RUN folder, a Keras or float `.tflite` file, or a SavedModel folder. `calibration`: a folder of images, labels
    ignored; None takes the RUN's training split. `evaluate`: labelled images; None takes the RUN's test
    split. `labels`: a file with one label a line in output order, for models without a RUN.
    `normalisation`: what the model expects to have been done to raw pixels outside of it.
    """

    model: Path
    output: Path
    precisions: tuple[WritablePrecision, ...] = WRITABLE_PRECISIONS
    formats: tuple[ModelFormat, ...] = MODEL_FORMATS
    calibration: Path | None = None
    evaluate: Path | None = None
    labels: Path | None = None
    normalisation: ExternalNormalisation = RAW_PIXELS
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.precisions or not self.formats:
            raise OptionError("at least one precision and one format are needed")

    @property
    def name(self) -> str:
        """The stem of the written files: the RUN folder's name, or the model file's stem."""
        model = self.model.resolve()
        return model.name if model.is_dir() else model.stem
