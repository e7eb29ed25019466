"""Write one file for a device: the runtime, its command line and a model.

A folder gives its int8 files, one for each format, so that the file runs with whatever engine the device
has. The device needs Python, numpy, Pillow and one engine; edgesmith itself need not be installed there:

  python edge.pyz photo.jpg     what is on it
  python edge.pyz verify        does the model give its golden answers here
  python edge.pyz doctor        is the machine fit

Examples:
  edgesmith bundle deploy/flowers -o edge.pyz
  edgesmith bundle flowers-float32.onnx -o flowers.pyz
  edgesmith bundle deploy/flowers -o edge.pyz --json > edge.json

"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from edgesmith.cli.terminal import one_line
from edgesmith.runtime.bundle.write import choose_models, write_bundle


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", metavar="DEPLOY", type=Path, help="a folder of convert, or one model file")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the .pyz to write")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Write and say what is inside."""
    manifest = write_bundle(choose_models(arguments.source), arguments.output)
    if arguments.json:
        document = {"schema": manifest.schema, "output": str(arguments.output), **asdict(manifest)}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        size = arguments.output.stat().st_size
        models = " and ".join(model.file for model in manifest.models)
        print(one_line(f"{arguments.output}: {size:,} bytes, with {models}"))
    return 0
