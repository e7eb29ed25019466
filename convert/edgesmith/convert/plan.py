"""What to convert, and into what."""

from dataclasses import dataclass
from pathlib import Path

from edgesmith.convert.guard.goal import Goal
from edgesmith.convert.normalisation import RAW_PIXELS, ExternalNormalisation
from edgesmith.convert.quantization.scheme import DEFAULT_SCHEME, Scheme
from edgesmith.convert.tflite.boundary import BOUNDARY_TYPES, BoundaryType
from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import MODEL_FORMATS, PRECISIONS, ModelFormat, Precision

CONVERT_FILE = "convert.json"

DEFAULT_PRECISIONS: tuple[Precision, ...] = ("float32", "int8")

TFLITE_ONLY: frozenset[Precision] = frozenset({"int16x8", "mixed"})
"""ONNX Runtime has no kernels for 16-bit activations, and tf2onnx does not read graphs of mixed precision."""

CALIBRATED: frozenset[Precision] = frozenset({"int8", "int16x8", "mixed"})
"""Precisions with ranges for activations."""

CALIBRATION_IMAGES = 100
"""More than enough: on MobileNetV1 0.25, 5 images gave 91.4 % agreement with the float model, 20 to 200 gave 92-93 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionPlan:
    """`convert MODEL -o OUTPUT`.

    `model`: a RUN folder, a Keras or float `.tflite` file, or a SavedModel folder. `calibration`: a folder of
    images, labels ignored; None takes the RUN's training split. `evaluate`: labelled images; None takes the
    RUN's test split. `labels`: a file with one label a line in output order; None takes those of the RUN or
    of the edgesmith `.tflite`. `normalisation`: what the model expects to have been done to raw pixels
    outside of it. `keep_float`: patterns of operator names for `mixed`. `scheme`: where int8 begins; with a `goal`, the guard climbs on from there, judging on the
    images of `guard`, by default the RUN's validation split. `io`: type of an int8 file's input and output.
    `x86_safe`: int8 ONNX with uint8 weights. `custom`: Python modules that define the model's own layers.
    `jobs`: files measured at a time,
    while others are made. `seed`: at least 0. Raises `OptionError` for other values.
    """

    model: Path
    output: Path
    precisions: tuple[Precision, ...] = DEFAULT_PRECISIONS
    formats: tuple[ModelFormat, ...] = MODEL_FORMATS
    calibration: Path | None = None
    evaluate: Path | None = None
    labels: Path | None = None
    normalisation: ExternalNormalisation = RAW_PIXELS
    scheme: Scheme = DEFAULT_SCHEME
    keep_float: tuple[str, ...] = ()
    goal: Goal | None = None
    guard: Path | None = None
    io: BoundaryType = "uint8"
    x86_safe: bool = False
    custom: tuple[str, ...] = ()
    jobs: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.precisions or not self.formats:
            raise OptionError(
                "at least one precision and one format are needed",
                tip="--precision float32 int8 --format tflite onnx",
            )
        for precision in self.precisions:
            one_of(PRECISIONS, what="precision")(precision)
        for model_format in self.formats:
            one_of(MODEL_FORMATS, what="format")(model_format)
        one_of(BOUNDARY_TYPES, what="input and output type")(self.io)
        if self.seed < 0:
            raise OptionError(f"seed {self.seed}; at least 0 is needed", tip="--seed 0, for instance")
        if self.jobs < 1:
            raise OptionError(f"jobs {self.jobs}; at least 1 is needed", tip="--jobs 2, for instance")
        self._check_combinations()

    def _check_combinations(self) -> None:
        if not any(self.formats_of(precision) for precision in self.precisions):
            raise OptionError(
                f"{' and '.join(self.precisions)} cannot be written as {' and '.join(self.formats)}",
                tip="add --format tflite",
            )
        if "mixed" in self.precisions and not self.keep_float:
            raise OptionError(
                "mixed precision needs to know which operators stay float",
                tip="--keep-float PATTERN…; convert.json lists the names and errors of all operators",
            )
        self._check_unused()
        if self.goal is not None and "int8" not in self.precisions:
            raise OptionError(
                "a goal for int8 needs --precision int8 among the others",
                tip="--precision float32 int8, or leave the goal out",
            )
        if self.goal is not None and ("mixed" in self.precisions or "tflite" not in self.formats):
            raise OptionError(
                "the guard may end on mixed precision, which is its own file, and .tflite only",
                tip="with a goal, leave out --precision mixed, and let --format hold tflite",
            )
        if self.guard is not None and self.goal is None:
            raise OptionError("--guard without a goal", tip="--max-drop 0.5 or --min-agreement 98")

    def _check_unused(self) -> None:
        """Refuse options that nothing of what is asked for would heed."""
        unused = {
            "--keep-float": self.keep_float and "mixed" not in self.precisions,
            "--io": self.io != "uint8" and {"int8", "mixed"}.isdisjoint(self.precisions),
            "--x86-safe": self.x86_safe and not ("int8" in self.precisions and "onnx" in self.formats),
            "--rounding, --equalize and --calibration-method": self.scheme != DEFAULT_SCHEME
            and not self.takes_calibration,
        }
        for option, is_unused in unused.items():
            if is_unused:
                raise OptionError(
                    f"{option} would change nothing in {' and '.join(self.precisions)} as {' and '.join(self.formats)}",
                    tip="leave it out, or ask for a precision and format that it is for",
                )

    def formats_of(self, precision: Precision) -> tuple[ModelFormat, ...]:
        """The formats to write a precision in."""
        return tuple(name for name in self.formats if name == "tflite" or precision not in TFLITE_ONLY)

    @property
    def needs_calibration(self) -> bool:
        """Whether images are needed to find ranges."""
        return not CALIBRATED.isdisjoint(self.precisions)

    @property
    def takes_calibration(self) -> bool:
        """Whether images are used where there are some: dynamic gets its biases corrected."""
        return self.needs_calibration or "dynamic" in self.precisions

    @property
    def name(self) -> str:
        """The stem of the written files: the RUN folder's name, or the model file's stem."""
        model = self.model.resolve()
        return model.name if model.is_dir() else model.stem
