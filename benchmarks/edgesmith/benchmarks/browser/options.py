"""The options of `bench --device browser`. Imports nothing that the extra brings: the command line is read without it."""

import argparse
import math
from dataclasses import dataclass

from edgesmith.runtime.errors import OptionError

# The same each time, so that a page that is still open finds a server that was started again.
DEFAULT_PORT = 8765


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserOptions:
    """`host`: as in `edgesmith.runtime.web.addresses`. `port`: the session's last one, or 8765, unless given; 0 is any.

    It ends when `phones` have finished, or after `minutes`, or, without either, when it is told to.
    """

    host: str | None = None
    port: int | None = None
    phones: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        """Raise `OptionError` for numbers that cannot be meant."""
        if self.phones is not None and self.phones < 1:
            raise OptionError(f"--phones {self.phones}; 1 or more is needed", tip="for example --phones 2")
        if self.minutes is not None and not 0 <= self.minutes < math.inf:
            raise OptionError(
                f"--wait {self.minutes:g}; 0 or more minutes are needed", tip="for example --wait 30"
            )


_FLAGS = {"host": "--host", "port": "--port", "phones": "--phones", "minutes": "--wait"}


def add_browser_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    group = parser.add_argument_group("with --device browser")
    group.add_argument(
        "--host",
        metavar="ADDRESS",
        help="listen on this address of this machine; 0.0.0.0 is all of them (this machine alone)",
    )
    group.add_argument(
        "--port", metavar="N", type=int, help=f"listen on this port, 0 is any free one ({DEFAULT_PORT})"
    )
    group.add_argument("--phones", metavar="N", type=int, help="end when N phones have finished (at Ctrl-C)")
    group.add_argument(
        "--wait",
        metavar="MINUTES",
        type=float,
        dest="minutes_waited",
        help="end after MINUTES at the latest (at Ctrl-C)",
    )


def browser_options(arguments: argparse.Namespace) -> BrowserOptions:
    """What they ask for. Raises `OptionError`."""
    return BrowserOptions(
        host=arguments.host,
        port=arguments.port,
        phones=arguments.phones,
        minutes=arguments.minutes_waited,
    )


def refuse_browser_arguments(arguments: argparse.Namespace) -> None:
    """Raise `OptionError` for an option that only a browser has a use for."""
    options = browser_options(arguments)
    for name, flag in _FLAGS.items():
        if getattr(options, name) is not None:
            raise OptionError(f"{flag} without --device browser", tip=f"add it, or leave out {flag}")
