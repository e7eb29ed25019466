"""The networks that `edgesmith train --model` takes.

Parameters and multiply-accumulates (MACs) are those of the network as `train` builds it, head included, for the
input and the number of outputs in the table. Networks with alphas take any width from 0.05 to 2 from random
weights; ImageNet weights are there for some of those listed (--json says which).

--export writes a network with its 1000 ImageNet classes, as a .keras file and the labels beside it.

Examples:
  edgesmith models
  edgesmith models --json
  edgesmith models --export efficientnet_lite0 -o lite0.keras
  edgesmith convert lite0.keras --labels lite0.labels.txt -o deploy/lite0 --precision float32
  edgesmith models --export mobilenet_v1 --alpha 0.25 --weights mobilenet_1_0_25_224_tf.h5 -o v1.keras

"""

import argparse
import json
import os
from pathlib import Path

from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import OptionError, needs_extra
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.train.models.export import ExportPlan, export
from edgesmith.train.models.listing import SCHEMA, to_json, to_table
from edgesmith.train.plan import NETWORK_NAMES
from edgesmith.train.zoo.catalogue import NETWORKS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--export",
        type=one_of(NETWORK_NAMES, what="model"),
        choices=NETWORK_NAMES,
        metavar="NAME",
        help="write this network with its ImageNet head",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.keras", help="the file to write")
    parser.add_argument(
        "--weights",
        metavar="imagenet|FILE",
        help="of the network with its head; a .h5, .weights.h5 or .keras file (imagenet)",
    )
    parser.add_argument("--alpha", type=float, metavar="A", help="width multiplier of the MobileNets (1.0)")
    parser.add_argument(
        "--image-size", type=int, metavar="N", help="height and width of the input (the network's own)"
    )
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="1000 lines instead of the usual English names"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """List or export; the exit code."""
    if arguments.export is None:
        for option in ("output", "weights", "alpha", "image_size", "labels"):
            if getattr(arguments, option) is not None:
                raise OptionError(f"--{option.replace('_', '-')} without --export", tip="--export NAME")
        print(json.dumps(to_json(), indent=2, ensure_ascii=False) if arguments.json else to_table())
        return 0
    plan = _plan(arguments)
    # Of TensorFlow's C++ messages, level 2 leaves the errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with needs_extra("train"), without_chatter():
        export(plan)
    if arguments.json:
        document = {
            "schema": SCHEMA,
            "exported": {"name": arguments.export, "file": str(plan.output), "labels": str(plan.labels_file)},
        }
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print(f"{plan.output}: {arguments.export}, 1000 classes, named in {plan.labels_file}")
    return 0


def _plan(arguments: argparse.Namespace) -> ExportPlan:
    network = NETWORKS[arguments.export]
    if arguments.output is None:
        raise OptionError("--export without a file to write", tip=f"-o {network.name}.keras")
    weights = arguments.weights or "imagenet"
    return ExportPlan(
        network=network,
        output=arguments.output,
        weights="imagenet" if weights == "imagenet" else Path(weights),
        alpha=network.default_alpha if arguments.alpha is None else arguments.alpha,
        size=network.default_size if arguments.image_size is None else arguments.image_size,
        labels=arguments.labels,
    )
