"""Serve a model: a live page for phones, and an HTTP service for programs.

POST a picture to /classify and get JSON back; /health and /metrics are for those who watch over it, /openapi.json
describes it. Without --host this machine alone is answered, over http. With --host 0.0.0.0 phones in the same network
open the printed address, over https with a certificate that this machine signs itself: the browser warns once.
Ctrl-C or SIGTERM ends it, after what was accepted is answered.

Examples:
  edgesmith serve flowers-int8.tflite
  edgesmith serve flowers-int8.tflite --host 0.0.0.0
  edgesmith serve flowers-int8.onnx --port 9000 --workers 2 --json

"""

import argparse
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edgesmith.cli.terminal import one_line
from edgesmith.runtime.commands.options import add_engine_options
from edgesmith.runtime.errors import needs_extra
from edgesmith.runtime.imagewarnings import without_image_warnings

if TYPE_CHECKING:
    from edgesmith.runtime.serve.run import ServePlan, Serving


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="a .tflite or .onnx written by edgesmith")
    place = parser.add_argument_group("where")
    place.add_argument("--host", metavar="ADDRESS", help="0.0.0.0: every network (this machine alone)")
    place.add_argument("--port", type=int, default=8765, metavar="N", help="0: any free one (8765)")
    place.add_argument(
        "--allow-host", nargs="+", default=[], metavar="NAME", help="names that a proxy forwards here"
    )
    add_engine_options(parser, threads_help="threads of each worker's engine (1)")
    parser.set_defaults(threads=1)
    parser.add_argument(
        "--workers", type=int, metavar="N", help="pictures at a time (the machine's cores, at most 4)"
    )
    limits = parser.add_argument_group("limits")
    limits.add_argument("--waiting", type=int, default=64, metavar="N", help="requests in the queue (64)")
    limits.add_argument("--max-megabytes", type=_amount, default=20, metavar="N", help="of a request (20)")
    limits.add_argument("--max-megapixels", type=_amount, default=25, metavar="N", help="of a picture (25)")
    limits.add_argument(
        "--request-seconds", type=_amount, default=30, metavar="S", help="until a request is given up (30)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document, at the start")


def _amount(text: str) -> float:
    """An argparse type: a number above 0; the limits themselves say how much is too much."""
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text}; a number above 0 is needed")
    return value


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop, which is success."""
    with needs_extra("serve"):
        from edgesmith.runtime.serve.run import serve
    plan = _plan(arguments)
    with without_image_warnings():
        serve(plan, ready=_print_document if arguments.json else _print_address)
    return 0


def _plan(arguments: argparse.Namespace) -> "ServePlan":
    from edgesmith.runtime.serve.limits import ServeLimits
    from edgesmith.runtime.serve.run import ServePlan

    return ServePlan(
        model=arguments.model,
        host=arguments.host,
        port=arguments.port,
        allowed_hosts=tuple(arguments.allow_host),
        engine=arguments.engine,
        workers=arguments.workers,
        threads=arguments.threads,
        limits=ServeLimits(
            waiting=arguments.waiting,
            body_bytes=int(arguments.max_megabytes * 2**20),
            pixels=int(arguments.max_megapixels * 1_000_000),
            seconds=arguments.request_seconds,
        ),
    )


def _print_document(serving: "Serving") -> None:
    print(json.dumps(serving.to_json(), indent=2, ensure_ascii=False), flush=True)


def _print_address(serving: "Serving") -> None:
    from edgesmith.runtime.web.qr import qr_code

    document, site = serving.to_json(), serving.site
    print(one_line(f"{document['model']} on {document['engine']}, {document['workers']} at a time"))
    if serving.page_error is not None:
        print(f"edgesmith serve: {one_line(str(serving.page_error))}", file=sys.stderr)
        print(f"  tip: {one_line(str(serving.page_error.tip))}", file=sys.stderr)
    if serving.page is not None:
        print(f"page      {serving.page}")
    print(f"classify  {document['classify']}", flush=True)
    if site.certificate is not None:
        print(
            "The browser will warn that it does not know who signed the certificate: this machine did.\n"
            f"Its SHA-256 is {site.certificate.sha256}"
        )
        if serving.page is not None and sys.stdout.isatty():
            print(qr_code(serving.page))
    sys.stdout.flush()
