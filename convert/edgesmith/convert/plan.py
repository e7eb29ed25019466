"""What to convert, and into what."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from edgesmith.convert.normalisation import RAW_PIXELS, ExternalNormalisation
from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import MODEL_FORMATS, ModelFormat

WritablePrecision = Literal["float32", "int8"]
WRITABLE_PRECISIONS: tuple[WritablePrecision, ...] = get_args(WritablePrecision)

CALIBRATION_IMAGES = 100
"""More than enough: on MobileNetV1 0.25, 5 images gave 91.4 % agreement with the float model, 20 to 200 gave 92-93 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionPlan:
    """`convert MODEL -o OUTPUT`.

    `model`: a RUN folder, a Keras or float `.tflite` file, or a SavedModel folder. `calibration`: a folder of
    images, labels ignored; None takes the RUN's training split. `evaluate`: labelled images; None takes the
    RUN's test split. `labels`: a file with one label a line in output order; None takes those of the RUN or
    of the edgesmith `.tflite`. `normalisation`: what the model expects to have been done to raw pixels
    outside of it. `seed`: at least 0. Raises `OptionError` for other values.
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
        for precision in self.precisions:
            one_of(WRITABLE_PRECISIONS, what="precision")(precision)
        for model_format in self.formats:
            one_of(MODEL_FORMATS, what="format")(model_format)
        if self.seed < 0:
            raise OptionError(f"seed {self.seed}; at least 0 is needed")

    @property
    def name(self) -> str:
        """The stem of the written files: the RUN folder's name, or the model file's stem."""
        model = self.model.resolve()
        return model.name if model.is_dir() else model.stem
