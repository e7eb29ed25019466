"""The accuracies of docs/training.md: every training three times, by its command, and the table.

    python benchmarks/training/measure.py ../shared/data -o runs [NAME ...]

Killed and started again it goes on: finished runs are kept, an unfinished one is resumed. Test accuracies are read
from run.json once all seeds of a row are there; options were chosen on validation images, with other seeds.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

SEEDS = (0, 1, 2)

_V2_WEIGHTS = "{data}/models/keras_imagenet/mobilenet_v2_0.35_128_imagenet_no_top.weights.h5"
_V2 = f"--model mobilenet_v2 --alpha 0.35 --image-size 128 --weights {_V2_WEIGHTS}"
_LITE0 = "--model efficientnet_lite0"
_DIGITS = "mnist/mnist.npz --batch-size 64 --learning-rate 2e-3 --dropout 0.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`command`: what follows `edgesmith train`. `bar`: the test accuracy that issue B asks for, None without one."""

    name: str
    command: str
    bar: float | None = None


ROWS = (
    Row(name="mnist-convnet", command=f"{_DIGITS} --model convnet_mnist --epochs 5", bar=0.991),
    Row(name="mnist-separable", command=f"{_DIGITS} --model separable_fashion --epochs 10", bar=0.993),
    Row(
        name="signs-separable",
        command="sign_digits --model separable_small --recipe scratch-augment --augmentation symbols",
        bar=0.96,
    ),
    Row(name="flowers-v2-finetune", command=f"flowers5 {_V2} --recipe finetune --epochs 20", bar=0.89),
    Row(name="flowers-lite0-finetune", command=f"flowers5 {_LITE0} --recipe finetune --epochs 5", bar=0.945),
    Row(name="cats-lite0-finetune", command=f"cats_dogs {_LITE0} --recipe finetune --epochs 3", bar=0.992),
    # The ladder: a small network from nothing, then what a pretrained one of its size adds.
    Row(name="ladder-1-scratch", command="cats_dogs --model separable_small --recipe scratch"),
    Row(
        name="ladder-2-scratch-augment", command="cats_dogs --model separable_small --recipe scratch-augment"
    ),
    Row(name="ladder-3-features", command=f"cats_dogs {_V2} --recipe features"),
    Row(name="ladder-4-finetune", command=f"cats_dogs {_V2} --recipe finetune"),
)


def main() -> int:
    """Train what is missing, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "data", type=Path, help="the folder with cats_dogs, flowers5, sign_digits, mnist, models"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the RUN folders are")
    parser.add_argument("names", nargs="*", help="rows to measure (all)")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, choices=SEEDS)
    parser.add_argument("--table", action="store_true", help="train nothing, print what is there")
    arguments = parser.parse_intermixed_args()
    rows = [row for row in ROWS if not arguments.names or row.name in arguments.names]
    for seed in arguments.seeds:
        for row in rows:
            if not arguments.table:
                _train(row, seed, arguments.data, arguments.output)
    print(
        "| command | test accuracy, seeds 0, 1, 2 | mean ± sd | images | seconds, mean |\n|---|---|---|---|---|"
    )
    for row in rows:
        print(_line(row, arguments.output))
    return 0


def _train(row: Row, seed: int, data: Path, output: Path) -> None:
    run = output / f"{row.name}-{seed}"
    if (run / "run.json").is_file():
        return
    source, *options = row.command.format(data=data).split()
    command = [sys.executable, "-m", "edgesmith", "train", str(data / source), *options]
    command += ["--seed", str(seed), "-o", str(run), "--resume"]
    subprocess.run(command, check=True)  # noqa: S603 - a list, which no shell reads; its words are fixed here or the caller's own


def _line(row: Row, output: Path) -> str:
    files = [output / f"{row.name}-{seed}" / "run.json" for seed in SEEDS]
    records = [json.loads(file.read_bytes()) for file in files if file.is_file()]
    command = row.command.replace(_V2_WEIGHTS, "FILE")
    if len(records) < len(SEEDS):
        return f"| `{command}` | {len(records)} of {len(SEEDS)} runs are there | | | |"
    shares = [record["metrics"]["test"]["top1"] for record in records]
    spread = f"{100 * mean(shares):.2f} ± {100 * stdev(shares):.2f} %"
    bar = "" if row.bar is None else f" (bar {100 * row.bar:g} %)"
    seconds = mean(record["seconds"]["total"] for record in records)
    images = records[0]["metrics"]["test"]["images"]
    each = ", ".join(f"{100 * share:.1f}" for share in shares)
    return f"| `{command}` | {each} | {spread}{bar} | {images} | {seconds:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
