"""The options of `bench` that say how much is measured and in which order."""

import argparse
import math
from pathlib import Path
from typing import TypedDict

from edgesmith.benchmarks.plan import (
    PROCESS_SECONDS,
    QUICK_SAMPLES,
    QUICK_SECONDS,
    SAMPLES,
    SCENARIOS,
    SECONDS,
    SINGLE_STREAM_MINUTES,
    SUSTAINED_MINUTES,
    Scenario,
    usual_seconds,
)
from edgesmith.runtime.errors import OptionError

DEFAULT_MINUTES: dict[Scenario, float] = {
    "single-stream": SINGLE_STREAM_MINUTES,
    "sustained": SUSTAINED_MINUTES,
}


class Protocol(TypedDict):
    """Fields of `BenchmarkPlan`."""

    samples: int
    seconds: float
    scenario: Scenario
    processes: int
    profile: bool
    strict: bool


def add_protocol_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_SAMPLES} samples, however short; else {SAMPLES} and {SECONDS:g} s at least",
    )
    parser.add_argument(
        "--scenario",
        choices=SCENARIOS,
        default="interleaved",
        help="variants by turns; or one after the other: single-stream (MLPerf's statistic) or sustained (heat)",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        metavar="M",
        help=f"how long each variant works in single-stream ({SINGLE_STREAM_MINUTES:g}) and sustained "
        f"({SUSTAINED_MINUTES:g})",
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        metavar="N",
        help=f"fresh processes a variant, {PROCESS_SECONDS:g} s each; `edgesmith compare` needs 5 or more (1)",
    )
    parser.add_argument(
        "--profile", action="store_true", help="also the time by operator, where the engine tells it"
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit 3 on a machine that is not fit: busy, slowed down, hot"
    )
    parser.add_argument(
        "--history",
        type=Path,
        metavar="DIR",
        help="also keep bench.json in DIR, by time, and draw trends of all that are there",
    )


def protocol_of(arguments: argparse.Namespace) -> Protocol:
    """What they ask for. Raises `OptionError` for `--minutes` where time is not asked for, and for no time or endless time."""
    scenario: Scenario = arguments.scenario
    minutes = arguments.minutes
    if minutes is not None and not 0 < minutes < math.inf:
        raise OptionError(
            f"--minutes {minutes:g}; a number above 0 is needed", tip="for example --minutes 10, or 0.5"
        )
    if scenario == "interleaved":
        if minutes is not None:
            raise OptionError(
                f"--minutes {minutes:g} without a scenario that lasts",
                tip="add --scenario sustained or single-stream",
            )
        seconds = QUICK_SECONDS if arguments.quick else usual_seconds(arguments.processes)
    else:
        seconds = 60 * (DEFAULT_MINUTES[scenario] if minutes is None else minutes)
    return Protocol(
        samples=QUICK_SAMPLES if arguments.quick else SAMPLES,
        seconds=seconds,
        scenario=scenario,
        processes=arguments.processes,
        profile=arguments.profile,
        strict=arguments.strict,
    )
