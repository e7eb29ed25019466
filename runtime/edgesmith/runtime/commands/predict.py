"""Say what is on images.

Images are files or folders (searched below). A file that cannot be read is named, the others go on,
and the exit code is 1.

Examples:
  edgesmith predict flowers-int8.tflite tulip.jpg
  edgesmith predict flowers-int8.onnx photos/ --top 3 --json > answers.json

"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.commands.options import add_engine_options
from edgesmith.runtime.errors import ImageError, OptionError
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.nativelog import without_chatter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="a .tflite or .onnx written by edgesmith")
    parser.add_argument("images", metavar="IMAGE", nargs="+", type=Path, help="image files or folders")
    parser.add_argument("--top", type=int, default=1, metavar="K", help="classes to name for each image (1)")
    add_engine_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Classify, print, and return 1 when an image could not be classified."""
    if arguments.top < 1:
        raise OptionError(f"--top {arguments.top}; at least 1 is needed")
    files = list(_expand(arguments.images))  # an empty folder is told before any work
    with without_chatter():
        classifier = Classifier(arguments.model, threads=arguments.threads, engine=arguments.engine)
    with classifier as classify:
        results = _classify_all(classify, files, arguments.top)
        if arguments.json:
            answers = list(results)
            document = {
                "schema": "edgesmith.predict/1",
                "model": str(arguments.model),
                "engine": classify.engine.name,
                "results": answers,
            }
            print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        else:
            answers = [_print(result) for result in results]
    failed = sum("error" in answer for answer in answers)
    if failed:
        print(
            f"edgesmith predict: {failed} of {len(answers)} images could not be classified", file=sys.stderr
        )
    return 1 if failed else 0


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from list_images(path, any_name=True)  # names are printed escaped
        else:
            yield path


def _classify_all(classify: Classifier, files: Iterable[Path], top: int) -> Iterator[dict[str, Any]]:
    for file in files:
        try:
            scores = classify(file)
            if np.isfinite(scores.values).all():
                yield {"file": str(file), "top": [asdict(prediction) for prediction in scores.top(top)]}
            else:  # JSON has no NaN, and a best class of such scores would be none
                yield {"file": str(file), "error": f"{file}: the model's scores are not numbers"}
        except ImageError as error:
            yield {"file": str(file), "error": str(error)}


def _print(result: dict[str, Any]) -> dict[str, Any]:
    if "error" in result:
        print(f"edgesmith predict: {result['error']}", file=sys.stderr)
    else:
        named = "  ".join(f"{entry['label']} {100 * entry['score']:.1f} %" for entry in result["top"])
        print(f"{result['file']}: {named}", flush=True)
    return result
