"""Options that several commands have in common, and how an unknown name is answered."""

import argparse
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from edgesmith.runtime.engines import ENGINE_NAMES
from edgesmith.runtime.errors import OptionError


def add_engine_options(
    parser: argparse.ArgumentParser, *, threads_help: str = "threads (the machine's cores, at most 4)"
) -> None:
    """Declare `--threads` and `--engine`."""
    parser.add_argument("--threads", type=int, metavar="N", help=threads_help)
    parser.add_argument(
        "--engine",
        type=one_of(ENGINE_NAMES, what="engine"),
        choices=ENGINE_NAMES,
        help="the engine (the first installed one)",
    )


def one_of(known: Sequence[str], *, what: str) -> Callable[[str], str]:
    """An argparse type that answers an unknown name with `OptionError`: the nearest and all known ones."""

    def check(name: str) -> str:
        if name in known:
            return name
        near = nearest(name, known)
        meant = "" if near is None else f"did you mean {near!r}? "
        raise OptionError(f"there is no {what} {name!r}", tip=f"{meant}known are {', '.join(known)}")

    return check


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Which of the known names was probably meant, None for none of them."""
    # A part of a name (`litert`) is less alike by letters than another short name can be.
    near = [whole for whole in known if name and name.lower() in whole] or get_close_matches(name, known, n=1)
    return near[0] if near else None
