"""Check that model files give their golden answers on this machine.

  identical      every output equals the stored one
  within         differences stay inside the tolerance stored in the file
  other kernels  an engine without XNNPACK; the best class is the same wherever the answer was clear
  different      something is wrong with the file, the engine or the machine (exit code 3)

Examples:
  edgesmith verify flowers-int8.tflite flowers-int8.onnx

"""

import argparse
import json
from pathlib import Path

from edgesmith.runtime.commands.options import add_engine_options
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.verify import Verdict, verify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("models", metavar="MODEL", nargs="+", type=Path, help=".tflite or .onnx files")
    add_engine_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Verify each file; 3 when one is different."""
    with without_chatter():
        verdicts = [
            verify(path, engine=arguments.engine, threads=arguments.threads) for path in arguments.models
        ]
    if arguments.json:
        document = {"schema": "edgesmith.verify/1", "results": [verdict.to_json() for verdict in verdicts]}
        print(json.dumps(document, indent=2))
    else:
        for verdict in verdicts:
            print(_line(verdict))
    return 3 if any(verdict.outcome == "different" for verdict in verdicts) else 0


def _line(verdict: Verdict) -> str:
    return (
        f"{verdict.file}: {verdict.outcome} on {verdict.engine} (largest difference "
        f"{verdict.max_abs_difference:g}, allowed {verdict.allowed:g}; best class equal on "
        f"{verdict.top1_equal} of {verdict.inputs})"
    )
