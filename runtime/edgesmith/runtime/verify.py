"""Does a model file give on this machine the answers that it gave where it was converted?"""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime import cpu
from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.integrity import content_of
from edgesmith.runtime.modelfile import read_spec

Outcome = Literal["identical", "within", "other kernels", "different"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One file on one engine.

    A file whose model is not the one that was written is `different` by `reason` and not run: an engine may
    crash on it. Then `engine` is None and `inputs` 0.
    `max_abs_difference`: over all golden outputs, in output units (steps of 1/256 for uint8 outputs); None
    where it was not run, or its outputs are no numbers.
    `allowed`: the tolerance stored in the file. `top1_equal`: golden inputs with the same best class.
    """

    file: str
    engine: str | None
    outcome: Outcome
    max_abs_difference: float | None
    allowed: float
    top1_equal: int
    inputs: int
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """One entry of `verify --json`."""
        return asdict(self)


def verify(path: Path, *, engine: EngineName | None = None, threads: int | None = None) -> Verdict:
    """Check the hash of a file's model, then run its golden inputs. Raises as `Classifier` does."""
    if content_of(path, read_spec(path)) == "damaged":
        return _damaged(path)
    with Classifier(path, engine=engine, threads=threads) as classify:
        golden = classify.spec.golden
        inputs = golden_inputs(classify.spec.input)
        got = np.stack([classify.invoke(picture[None]) for picture in inputs]).astype(np.float64)
        wanted = np.array(golden.outputs, np.float64)
        # int8 files were converted, and are exact, on x86; other processors may take the last step differently.
        allowed = 0.0 if classify.spec.precision == "int8" and cpu.is_x86() else golden.tolerance
        if wanted.shape != got.shape:
            raise ModelFileError(
                f"{path.name}: golden answers of shape {wanted.shape}, outputs {got.shape}",
                tip="copy it again, or convert it again",
            )
        difference = float(np.abs(got - wanted).max())
        return Verdict(
            file=str(path),
            engine=classify.engine.name,
            outcome=judge(
                got,
                wanted,
                allowed=allowed,
                other_kernels=golden.other_kernels
                if classify.engine.name.startswith("tflite-runtime")
                else None,
            ),
            max_abs_difference=difference if math.isfinite(difference) else None,
            allowed=allowed,
            top1_equal=int((got.argmax(1) == wanted.argmax(1)).sum()),
            inputs=len(inputs),
        )


def _damaged(path: Path) -> Verdict:
    return Verdict(
        file=str(path),
        engine=None,
        outcome="different",
        max_abs_difference=None,
        allowed=0.0,
        top1_equal=0,
        inputs=0,
        reason="the content is damaged: its SHA-256 is not the one stated at conversion; copy it again",
    )


def judge(
    got: NDArray[np.float64], wanted: NDArray[np.float64], *, allowed: float, other_kernels: float | None
) -> Outcome:
    """Compare outputs [inputs, classes] with the golden ones, in output units.

    `other_kernels`: None for engines with the kernels of the conversion; else how far kernels that round
    differently were seen to move an output. There, the best class must be the golden one wherever the
    golden margin between first and second is clear of that.
    """
    difference = float(np.abs(got - wanted).max())
    if difference == 0:
        return "identical"
    if not np.isfinite(got).all():  # the best class of a row without numbers would be the first
        return "different"
    same_top1 = got.argmax(1) == wanted.argmax(1)
    if difference <= allowed and same_top1.all():
        return "within"
    if other_kernels is not None:
        ranked = np.sort(wanted, axis=1)
        # Both the first and the second may have moved, towards each other.
        clear = ranked[:, -1] - ranked[:, -2] > 2 * other_kernels
        if same_top1[clear].all():
            return "other kernels"
    return "different"
