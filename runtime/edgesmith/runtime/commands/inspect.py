"""Show what a model file really is: metadata, types, size, and (with the convert extra) its operators.

Examples:
  edgesmith inspect flowers-int8.tflite
  edgesmith inspect downloaded.onnx --graph downloaded.svg
  edgesmith inspect flowers-int8.onnx --json

"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from edgesmith.cli.terminal import one_line
from edgesmith.runtime.anatomy import Anatomy
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.commands.operator_table import operator_table
from edgesmith.runtime.errors import MissingExtraError, OptionError
from edgesmith.runtime.inspect import Inspection, TensorSummary, draw, inspect
from edgesmith.runtime.nativelog import without_chatter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="a .tflite or .onnx, ours or not")
    parser.add_argument("--graph", metavar="FILE.svg", type=Path, help="draw the operators into this file")
    parser.add_argument("--json", action="store_true", help="print one JSON document, with every operator")


def run(arguments: argparse.Namespace) -> int:
    """Inspect, print, and draw."""
    graph: Path | None = arguments.graph
    if graph is not None and graph.suffix.lower() != ".svg":
        raise OptionError(
            f"--graph {str(graph)!r}: the drawing is an .svg", tip="name a file that ends in .svg"
        )
    with without_chatter():
        inspection = inspect(arguments.model)
    if graph is not None:
        if inspection.anatomy is None:
            raise MissingExtraError("edgesmith.convert", extra="convert")
        write_bytes(graph, draw(inspection.anatomy, title=arguments.model.name).encode())
    if arguments.json:
        print(json.dumps(inspection.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print(inspection)
    return 0


def _print(inspection: Inspection) -> None:
    for key, value in _rows(inspection):
        print(f"{key:<11} {one_line(value)}")
    if inspection.anatomy is not None:
        print()
        for line in operator_table(inspection.anatomy):
            print(one_line(line))


def _rows(inspection: Inspection) -> Iterator[tuple[str, str]]:
    yield "file", f"{inspection.file} ({inspection.bytes:,} bytes)"
    if inspection.doubt is not None:
        yield "but", inspection.doubt
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
    if inspection.anatomy is not None:
        yield from _totals(inspection.anatomy)
    for note in inspection.notes:
        yield "note", note


def _totals(anatomy: Anatomy) -> Iterator[tuple[str, str]]:
    yield "needs", _needs(anatomy)
    yield "operators", ", ".join(f"{count} {name}" for name, count in anatomy.operators.items())
    share, macs_share = anatomy.int8_share, anatomy.int8_macs_share
    of_macs = "" if macs_share is None else f", {100 * macs_share:.0f} % of multiply-accumulates"
    yield "int8 share", f"{100 * share:.0f} % of operators{of_macs}"
    yield "parameters", f"{anatomy.parameters:,}"
    yield "macs", "unknown: shapes are open" if anatomy.macs is None else f"{anatomy.macs:,}"


def _needs(anatomy: Anatomy) -> str:
    oldest = anatomy.oldest_runtime
    parts = []
    for package, version in oldest.versions.items():
        because = f" ({oldest.because[package]})" if package in oldest.because else ""
        parts.append(f"{package} {'– none loads it' if version is None else f'≥ {version}'}{because}")
    if oldest.unknown:
        parts.append(f"unknown for {', '.join(oldest.unknown)}")
    return "; ".join(parts)


def _tensor(tensor: TensorSummary) -> str:
    return f"{tensor.dtype} {list(tensor.shape)}"
