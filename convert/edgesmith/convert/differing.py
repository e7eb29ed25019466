"""Where an int8 `.onnx` does not give the bytes of its `.tflite`: which operator, and by how much."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.onnx.deviations import measure_deviations
from edgesmith.convert.onnx.variants import passes_of
from edgesmith.convert.parity import file_outputs
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.record import FileRecord

_TELLING = 10  # images


def with_deviations(
    folder: Path, record: FileRecord, plan: ConversionPlan, pixels: NDArray[np.uint8]
) -> FileRecord:
    """The record, with the operators that differ where its bytes were not those of its twin.

    `pixels`: raw images uint8 [n, height, width, channels]. Operators are compared one by one in files with
    uint8 input and output only; between them and the others, no code differs.
    """
    twin = record.parity.identical_to
    differs = record.precision == "int8" and record.parity.identical_share not in (None, 1.0)
    if not differs or twin is None or plan.io != "uint8":
        return record
    passes = passes_of("int8", io=plan.io, x86_safe=plan.x86_safe)
    different = (file_outputs(folder / record.path, pixels) != file_outputs(folder / twin, pixels)).any(
        axis=1
    )
    telling = pixels[different][:_TELLING]
    found = measure_deviations((folder / twin).read_bytes(), telling, passes=passes)
    return replace(record, deviations=found)
