"""Show what a model file really is: metadata, types, size, and (with the convert extra) its operators.

Examples:
  edgesmith inspect flowers-int8.tflite
  edgesmith inspect flowers-int8.onnx --json

"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from edgesmith.runtime.inspect import Inspection, TensorSummary, inspect
from edgesmith.runtime.nativelog import without_chatter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="a .tflite or .onnx, ours or not")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Inspect and print."""
    with without_chatter():
        inspection = inspect(arguments.model)
    if arguments.json:
        print(json.dumps(inspection.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for key, value in _rows(inspection):
            print(f"{key:<11} {value}")
    return 0


def _rows(inspection: Inspection) -> Iterator[tuple[str, str]]:
    yield "file", f"{inspection.file} ({inspection.bytes:,} bytes)"
    spec = inspection.spec
    if spec is not None:
        geometry = spec.input
        labels = ", ".join(spec.labels[:10]) + (", …" if len(spec.labels) > 10 else "")
        yield "name", f"{spec.name}, {spec.precision}"
        yield "labels", f"{len(spec.labels)}: {labels}"
        yield "geometry", f"{geometry.height}x{geometry.width}x{geometry.channels}, {geometry.resize}"
        yield "source", f"{spec.source.framework}, sha256 {spec.source.sha256[:16]}…"
    if inspection.content is not None:
        yield "content", inspection.content
    if inspection.input is not None and inspection.output is not None:
        yield "input", _tensor(inspection.input)
        yield "output", _tensor(inspection.output)
        yield "loads in", str(inspection.engine)
    if inspection.operators is not None:
        yield "operators", ", ".join(f"{count} {name}" for name, count in inspection.operators.items())
        yield "int8 share", f"{100 * (inspection.int8_share or 0):.0f} % of operators"
    for note in inspection.notes:
        yield "note", note


def _tensor(tensor: TensorSummary) -> str:
    return f"{tensor.dtype} {list(tensor.shape)}"
