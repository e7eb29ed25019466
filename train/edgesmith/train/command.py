"""Train a classifier on a folder of images.

DATA is laid out as DATA/<class>/*, which is split 80/10/10 by --seed, or as
DATA/{train,val,test}/<class>/*. RUN gets model.keras, run.json, history.csv, curves.png, checkpoint/ and
tensorboard/, and is what `edgesmith convert` reads.

Recipes:
  features   the pretrained network runs once over each image, a linear classifier learns from its features
  finetune   features first, then the top of the network too, at a low learning rate
  scratch    everything, from random weights or from those of --weights FILE
  quantize-aware
             trains the network of --from RUN on with weights and activations rounded as in an int8 file, for
             one that loses too much when it is converted; --model and its like are those of that RUN

Examples:
  edgesmith train flowers -o runs/flowers
  edgesmith train flowers -o runs/flowers2 --recipe finetune --epochs 10
  edgesmith train flowers -o runs/small --model mobilenet_v2 --alpha 0.35 --image-size 128
  edgesmith train digits -o runs/digits --model separable_small --channels 1
  edgesmith train flowers -o runs/small-qat --recipe quantize-aware --from runs/small

"""

import argparse
import json
import os
import sys
from pathlib import Path

from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import needs_extra
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.runrecord import MODEL_FILE, RunRecord
from edgesmith.train.data import find_splits
from edgesmith.train.defaults import DEFAULT_CHANNELS, DEFAULT_NETWORK, settle
from edgesmith.train.plan import NETWORK_NAMES, RECIPE_NAMES, TrainingPlan
from edgesmith.train.zoo.network import SMALLEST_IMAGE

SCHEMA = "edgesmith.train/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of images")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="RUN", help="the folder to write; absent or empty"
    )
    parser.add_argument(
        "--model",
        type=one_of(NETWORK_NAMES, what="model"),
        choices=NETWORK_NAMES,
        help=f"the network ({DEFAULT_NETWORK})",
    )
    parser.add_argument(
        "--recipe",
        type=one_of(RECIPE_NAMES, what="recipe"),
        choices=RECIPE_NAMES,
        help="how to train (default: features; scratch where there are no pretrained weights)",
    )
    parser.add_argument(
        "--from",
        dest="start_from",
        type=Path,
        metavar="RUN",
        help="the finished training that the recipe quantize-aware starts from",
    )
    parser.add_argument(
        "--image-size",
        type=int,
        metavar="N",
        help=f"height and width of the input in pixels, at least {SMALLEST_IMAGE} (default: the network's own)",
    )
    parser.add_argument("--alpha", type=float, metavar="A", help="width multiplier of the MobileNets (1.0)")
    parser.add_argument(
        "--weights", metavar="imagenet|none|FILE", help="to start from: a .h5, .weights.h5 or .keras file"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="the most epochs of the last stage")
    parser.add_argument(
        "--seed", type=int, default=0, help="decides on the split, the start and the order (0)"
    )
    parser.add_argument("--batch-size", type=int, default=32, metavar="N", help="images a step (32)")
    parser.add_argument(
        "--channels",
        type=int,
        choices=(1, 3),
        help=f"1: grey, 3: RGB ({DEFAULT_CHANNELS}); separable_small takes both",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Train; the exit code."""
    plan = TrainingPlan(
        data=arguments.data,
        output=arguments.output,
        model=arguments.model,
        recipe=arguments.recipe,
        image_size=arguments.image_size,
        alpha=arguments.alpha,
        weights=arguments.weights,
        epochs=arguments.epochs,
        seed=arguments.seed,
        batch_size=arguments.batch_size,
        channels=arguments.channels,
        start_from=arguments.start_from,
    )
    # What is wrong with the words or the folder is said at once, not after the seconds TensorFlow takes.
    find_splits(settle(plan).data, seed=plan.seed)
    # Of TensorFlow's C++ messages, level 2 leaves the errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with needs_extra("train"), without_chatter():
        from edgesmith.train.backend import tf
        from edgesmith.train.progress import Progress
        from edgesmith.train.training import train

        # Done at the first operation otherwise, where TensorFlow complains of the GPU a machine has not.
        tf.config.list_logical_devices()
    record = train(plan, progress=Progress(sys.stderr))
    print(_to_json(arguments.output, record) if arguments.json else _to_text(arguments.output, record))
    return 0


def _to_json(run_folder: Path, record: RunRecord) -> str:
    document = {
        "schema": SCHEMA,
        "run": str(run_folder),
        "model": str(run_folder / MODEL_FILE),
        "labels": record.labels,
        "metrics": record.metrics,
        "seconds": record.seconds,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _to_text(run_folder: Path, record: RunRecord) -> str:
    lines = [f"{run_folder / MODEL_FILE}: {record.plan['model']}, {len(record.labels)} classes"]
    for split, accuracy in record.metrics.items():
        low, high = accuracy["interval"]
        lines.append(
            f"  {split:<5} accuracy {accuracy['top1']:.2%} of {accuracy['images']} images"
            f" (95 % interval {low:.2%} to {high:.2%})"
        )
    lines.append(f"  in {record.seconds['total']:.0f} s")
    return "\n".join(lines)
