"""Make int8 files of a Keras model, calibrated on your own photos, and see what that changed.

Install:  pip install 'edgesmith[convert]'
Run:      python calibrate_with_own_images.py my.keras labels.txt site-photos flowers/test deploy/my

int8 needs to know how large the values inside a network become. Photos from the place where the device will stand
tell it best; 100 of them are enough, they need no labels, and they must not be among those that are measured on.
Afterwards accuracy is measured on the labelled photos of the fourth folder, and each file's answers are compared with
the model's own, on those photos and, where they are fewer than 200, on others.
"""

import sys
from pathlib import Path

from edgesmith.convert import ConversionPlan, convert


def calibrate(model: Path, labels: Path, photos: Path, test: Path, output: Path) -> dict[str, float]:
    """Convert; the share of photos on which each file gives the model's own best class, by file name."""
    record = convert(
        ConversionPlan(
            model=model,
            output=output,
            precisions=("float32", "int8"),
            labels=labels,
            calibration=photos,
            evaluate=test,
        )
    )
    for file in record.files:
        same, right = file.parity, file.accuracy
        print(
            f"{file.path:<28} {file.bytes / 1024:7,.0f} KiB; "
            f"the model's own answer on {same.top1_agreement:.1%} of {same.images} ({same.images_from})"
            + (f"; right on {right.top1:.1%} of {right.images}" if right else "")
        )
    for warning in record.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return {file.path: file.parity.top1_agreement for file in record.files}


if __name__ == "__main__":
    calibrate(*map(Path, sys.argv[1:6]))
