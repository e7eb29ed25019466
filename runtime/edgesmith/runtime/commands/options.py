"""Options that the runtime's commands have in common."""

import argparse

from edgesmith.runtime.engines import ENGINE_NAMES


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Declare `--threads` and `--engine`."""
    parser.add_argument("--threads", type=int, metavar="N", help="threads (the machine's cores, at most 4)")
    parser.add_argument("--engine", choices=ENGINE_NAMES, help="the engine (the first installed one)")
