"""Train a classifier on a folder of images.

Examples:
  edgesmith train flowers -o runs/flowers
  edgesmith train flowers -o runs/flowers2 --recipe finetune --epochs 10 --augmentation photos
  edgesmith train flowers -o runs/small --model mobilenet_v2 --alpha 0.35 --image-size 128
  edgesmith train mnist.npz -o runs/mnist --model convnet_mnist --epochs 5
  edgesmith train flowers -o runs/small-qat --recipe quantize-aware --from runs/small
  edgesmith train --from runs/flowers/run.json -o runs/again

DATA is DATA/<class>/*, which is split 80/10/10 by --seed, or DATA/{train,val,test}/<class>/*; or a .npz or .csv
file, a folder of IDX files, TFRecord files, or tfds:NAME. `edgesmith check DATA` looks it over first.
RUN gets model.keras, run.json, pictures of the learning curves, confusions and mistakes, history.csv,
checkpoint/ and tensorboard/, and is what `edgesmith convert` reads.

Recipes:
  features          the pretrained network runs once over each image, a linear classifier learns from its features
  features-augment  the same on changed images, others in every epoch
  finetune          features first, then the top of the network too, at a low learning rate
  scratch           everything, from random weights or from those of --weights FILE
  scratch-augment   the same on changed images, with more dropout
  distill           everything, from the answers of a larger network: --teacher RUN
  quantize-aware    trains the network of --from RUN on with weights and activations rounded as in an int8 file, for
                    one that loses too much when it is converted; --model and its like are those of that RUN

"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edgesmith.runtime.errors import needs_extra
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.runrecord import MODEL_FILE, RunRecord
from edgesmith.train.defaults import SettledPlan, settle
from edgesmith.train.machine.kerasbackend import choose_backend
from edgesmith.train.options import add_training_options
from edgesmith.train.preparation import Preparation, prepare
from edgesmith.train.repetition import differences
from edgesmith.train.stated import add_config, repeated_plan, repeats, stated_plan

if TYPE_CHECKING:
    from edgesmith.train.progress import Progress

SCHEMA = "edgesmith.train/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("data", nargs="?", metavar="DATA", help="the images")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="RUN", help="the folder to write; absent or empty"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE.toml", help="options from a file; those given here come first"
    )
    parser.add_argument(
        "--from",
        dest="start_from",
        type=Path,
        metavar="RUN",
        help="repeat this finished training; with --recipe quantize-aware, train its network on",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        default=None,
        help="go on with a training that was killed; from the start, if RUN is empty",
    )
    add_training_options(parser)
    parser.add_argument("--json", action="store_true", default=None, help="print one JSON document on stdout")
    parser.set_defaults(parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Train; the exit code."""
    add_config(arguments, arguments.parser)
    _require_places(arguments)
    plan, before = repeated_plan(arguments) if repeats(arguments) else (stated_plan(arguments), None)
    if arguments.preview_augmentation is not None:
        return _preview(settle(plan), arguments.preview_augmentation)
    with needs_extra("train"):
        from edgesmith.train.progress import Progress
    progress = Progress(sys.stderr)
    # Of TensorFlow's C++ messages, level 2 leaves the errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # What is wrong with the words or the images is said at once, not after the seconds TensorFlow takes; only
    # TFRecord files and tfds are read by it.
    with without_chatter():
        preparation = prepare(plan, progress=progress)
    record = _train(preparation, progress)
    if before is not None:
        for difference in differences(before, record):
            progress.say(f"warning: {difference}")
    print(_to_json(arguments.output, record) if arguments.json else _to_text(arguments.output, record))
    return 0


def _require_places(arguments: argparse.Namespace) -> None:
    """Ends in exit code 2 without DATA or RUN, which argparse cannot ask for: a config may hold them."""
    if arguments.data is None and not repeats(arguments):
        arguments.parser.error("the following arguments are required: DATA")
    if arguments.output is None:
        if arguments.preview_augmentation is None:
            arguments.parser.error("the following arguments are required: -o/--output")
        arguments.output = Path()  # nothing is written there


def _preview(plan: SettledPlan, file: Path) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with needs_extra("train"), without_chatter():
        from edgesmith.train.preview import write_preview
        from edgesmith.train.progress import Progress
    write_preview(plan, file, progress=Progress(sys.stderr))
    print(file)
    return 0


def _train(preparation: Preparation, progress: "Progress") -> RunRecord:
    machine = preparation.plan.machine
    choose_backend(machine)
    with needs_extra("train"), without_chatter():
        from edgesmith.train.backend import tf
        from edgesmith.train.machine.devices import prepare_devices
        from edgesmith.train.training import train_prepared

        prepare_devices(machine.device)
        # Done at the first operation otherwise, where TensorFlow complains of the GPU a machine has not.
        tf.config.list_logical_devices()
    return train_prepared(preparation, progress=progress)


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
    others = bool(record.plan["machine"]["host_index"])
    file = "written by host 0" if others else run_folder / MODEL_FILE
    lines = [f"{file}: {record.plan['model']}, {len(record.labels)} classes"]
    for split, accuracy in record.metrics.items():
        low, high = accuracy["interval"]
        lines.append(
            f"  {split:<5} accuracy {accuracy['top1']:.2%} of {accuracy['images']} images"
            f" (95 % interval {low:.2%} to {high:.2%})"
        )
    lines.append(f"  in {record.seconds['total']:.0f} s")
    return "\n".join(lines)
