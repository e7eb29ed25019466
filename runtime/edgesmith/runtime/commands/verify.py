"""Check that model files give their golden answers on this machine.

  identical      every output equals the stored one
  within         differences stay inside the tolerance stored in the file
  other kernels  an engine without XNNPACK; the best class is the same wherever the answer was clear
  different      something is wrong with the file, the engine or the machine (exit code 3)

A file that cannot be run is named, the others go on, and the exit code is 1. Engines are not proof against
files that were made to crash them: with --isolated each file is run in a process of its own, with limited
memory and time, and a crash there is an error like any other. For files that you did not convert yourself.

Examples:
  edgesmith verify flowers-int8.tflite flowers-int8.onnx
  edgesmith verify flowers-int8.onnx --engine onnxruntime --json
  edgesmith verify --isolated from-a-stranger.tflite

"""

import argparse
import json
import sys
from pathlib import Path

from edgesmith.cli.terminal import one_line
from edgesmith.runtime.commands.options import add_engine_options
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.isolation import verify_isolated
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.verify import Verdict, verify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("models", metavar="MODEL", nargs="+", type=Path, help=".tflite or .onnx files")
    parser.add_argument(
        "--isolated", action="store_true", help="run each file in a process of its own, which may crash"
    )
    add_engine_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Verify each file; 1 when one could not be run, else 3 when one is different."""
    with without_chatter():
        results = [_verdict_or_error(path, arguments) for path in arguments.models]
    if arguments.json:
        entries = [
            result.to_json() if isinstance(result, Verdict) else {"file": str(path), "error": str(result)}
            for path, result in zip(arguments.models, results, strict=True)
        ]
        document = {"schema": "edgesmith.verify/1", "results": entries}
        print(json.dumps(document, indent=2, allow_nan=False))
    for result in results:
        if isinstance(result, EdgesmithError):
            print(f"edgesmith verify: {one_line(str(result))}", file=sys.stderr)
            if result.tip:
                print(f"  tip: {one_line(result.tip)}", file=sys.stderr)
        elif not arguments.json:
            print(one_line(_line(result)))
    if any(isinstance(result, EdgesmithError) for result in results):
        return 1
    return (
        3 if any(isinstance(result, Verdict) and result.outcome == "different" for result in results) else 0
    )


def _verdict_or_error(path: Path, arguments: argparse.Namespace) -> Verdict | EdgesmithError:
    try:
        check = verify_isolated if arguments.isolated else verify
        return check(path, engine=arguments.engine, threads=arguments.threads)
    except EdgesmithError as error:
        return error


def _line(verdict: Verdict) -> str:
    if verdict.reason is not None:
        return f"{verdict.file}: {verdict.outcome}: {verdict.reason}"
    difference = verdict.max_abs_difference
    return (
        f"{verdict.file}: {verdict.outcome} on {verdict.engine} (largest difference "
        f"{'no number' if difference is None else f'{difference:g}'}, allowed {verdict.allowed:g}; best class equal on "
        f"{verdict.top1_equal} of {verdict.inputs})"
    )
