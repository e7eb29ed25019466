"""Climbing the ladder: quantize, write, run, judge, until a rung holds."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.guard.goal import Goal
from edgesmith.convert.guard.judgement import Judgement, judge
from edgesmith.convert.guard.rungs import Rung, rungs
from edgesmith.convert.progress import Report
from edgesmith.convert.quantization.advice import GOOD_DB
from edgesmith.convert.quantization.errors import quantization_errors, telling, worst_operators
from edgesmith.convert.quantization.operator_error import OperatorError
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.tflite.run import flatbuffer_scores
from edgesmith.convert.tflite.write import write_int8


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Raw pixels uint8 [n, height, width, channels] to judge on, float's probabilities [n, classes] for them,
    and the true classes where they are known. `kind`: where the images are from.
    """

    pixels: NDArray[np.uint8]
    reference: NDArray[np.float32]
    classes: tuple[int, ...] | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One rung, tried. `seconds`: for quantizing and writing."""

    rung: Rung
    quantized: QuantizedGraph
    flatbuffer: bytes
    judgement: Judgement
    holds: bool
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """An entry of `guard.ladder`."""
        return {
            "rung": self.rung.name,
            "holds": self.holds,
            **self.judgement.to_json(),
            "bytes": len(self.flatbuffer),
            "seconds": self.seconds,
            "keep_float": sorted(self.rung.scheme.keep_float),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """`chosen`: the first attempt that holds, or the best of all. `wrong`: the operators that lose most on the
    first rung, when that one did not hold.
    """

    goal: Goal
    attempts: tuple[Attempt, ...]
    chosen: Attempt
    wrong: tuple[OperatorError, ...]
    images_from: str

    @property
    def met(self) -> bool:
        """Whether the goal was reached."""
        return self.chosen.holds

    def to_json(self) -> dict[str, Any]:
        """The entry `guard` of `convert.json`."""
        return {
            **asdict(self.goal),
            "met": self.met,
            "chosen": self.chosen.rung.name,
            "images_from": self.images_from,
            "ladder": [attempt.to_json() for attempt in self.attempts],
            "wrong": [error.to_json() for error in self.wrong],
        }


def climb(
    graph: Graph,
    images: NDArray[np.uint8],
    held_out: HeldOut,
    goal: Goal,
    start: Scheme,
    *,
    report: Report,
) -> Climb:
    """Try rung after rung and stop at the first that holds.

    `graph`: float, its input offset an integer. `images`: calibration images, uint8 [n, height, width,
    channels], none of them in `held_out`.
    """
    attempts: list[Attempt] = []

    def best() -> Scheme:
        return _closest(attempts).rung.scheme

    def worst(share: float) -> frozenset[str]:
        quantized = _closest(attempts).quantized
        count = max(1, round(share * len(quantized.graph.operators)))
        return worst_operators(quantized, quantization_errors(quantized, telling(images)), count)

    for rung in rungs(start, best=best, worst_operators=worst):
        attempts.append(_attempt(rung, graph, images, held_out, goal, report))
        if attempts[-1].holds:
            break
    chosen = attempts[-1] if attempts[-1].holds else _nearest_to(goal, attempts)
    wrong = () if attempts[0].holds else _to_blame(attempts[0].quantized, images)
    return Climb(
        goal=goal,
        attempts=tuple(attempts),
        chosen=chosen,
        wrong=wrong,
        images_from=held_out.kind,
    )


_SHOWN = 5  # operators named as what was wrong


def _to_blame(quantized: QuantizedGraph, images: NDArray[np.uint8]) -> tuple[OperatorError, ...]:
    """Operators with errors of their own, the loudest first."""
    errors = quantization_errors(quantized, telling(images)).operators
    faulty = [error for error in errors if error.alone_snr_db < GOOD_DB]
    return tuple(sorted(faulty, key=lambda error: error.alone_snr_db)[:_SHOWN])


def _attempt(
    rung: Rung, graph: Graph, images: NDArray[np.uint8], held_out: HeldOut, goal: Goal, report: Report
) -> Attempt:
    started = time.perf_counter()
    report(rung.name, 0.0)
    quantized = quantize(
        graph, images, rung.scheme, progress=lambda done, total: report(rung.name, done / total)
    )
    flatbuffer = write_int8(quantized)
    seconds = time.perf_counter() - started
    report(f"judging {rung.name}", 1.0)
    scores = flatbuffer_scores(flatbuffer, held_out.pixels, classes=held_out.reference.shape[1])
    judgement = judge(scores, held_out.reference, held_out.classes)
    return Attempt(
        rung=rung,
        quantized=quantized,
        flatbuffer=flatbuffer,
        judgement=judgement,
        holds=judgement.meets(goal),
        seconds=seconds,
    )


def _closest(attempts: Sequence[Attempt]) -> Attempt:
    """The one that the next rung builds on: of the least divergence, the least noisy measure."""
    return min(attempts, key=lambda attempt: attempt.judgement.divergence)


def _nearest_to(goal: Goal, attempts: Sequence[Attempt]) -> Attempt:
    """The best found when no rung holds: by what the goal asks for, then int8 before mixed, then by divergence."""

    def shortfall(attempt: Attempt) -> tuple[float, int, float]:
        judgement = attempt.judgement
        drop = judgement.drop if goal.needs_labels else None
        missing = -judgement.agreement if drop is None else drop
        return missing, len(attempt.rung.scheme.keep_float), judgement.divergence

    return min(attempts, key=shortfall)
