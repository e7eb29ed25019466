"""Does a large folder stay out of memory? Writes a synthetic one, then checks it and trains one epoch, each by its command.

    python benchmarks/training/large_folder.py -o large --images 50000

Pictures are blobs of random colours, 160x120, ten classes; those that are there already are kept. Prints one JSON document:
seconds and the peak resident set, in MB, of each command and all its processes' largest.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

_CLASSES = 10
_TRAIN = ["--model", "separable_small", "--recipe", "scratch", "--epochs", "1", "--batch-size", "64"]


def main() -> int:
    """Write, check, train, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the images and the RUN go")
    parser.add_argument("--images", type=int, default=50_000)
    arguments = parser.parse_args()
    folder: Path = arguments.output / "images"
    _write_images(folder, arguments.images)
    run = arguments.output / "run"
    found = {
        "images": arguments.images,
        "check": _measured(["check", str(folder)]),
        "train": _measured(["train", str(folder), *_TRAIN, "-o", str(run), "--resume"]),
    }
    json.dump(found, sys.stdout, indent=2)
    print()
    return 0


def _write_images(folder: Path, count: int) -> None:
    for number in range(count):
        file = folder / f"class{number % _CLASSES}" / f"{number:06}.jpg"
        if file.exists():
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        blobs = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
        Image.fromarray(blobs).resize((160, 120), Image.Resampling.BICUBIC).save(file, quality=85)


def _measured(words: list[str]) -> dict[str, Any]:
    # A child's own peak counts from the fork; each command so runs below a small process that reports it.
    start = time.perf_counter()
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr); "
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    command = [sys.executable, "-c", code, sys.executable, "-m", "edgesmith", *words]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - a list, which no shell reads; its words are fixed here or the caller's own
    return {"peak_mb": round(int(answer) / 1024), "seconds": round(time.perf_counter() - start, 1)}


if __name__ == "__main__":
    sys.exit(main())
