"""Axes that charts share."""

from collections.abc import Iterable

from edgesmith.benchmarks.report.charts.chart import Frame, Spec
from edgesmith.benchmarks.results import BenchRun

_STEPS: tuple[tuple[float, ...], ...] = (
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0),
    tuple(step / 2 for step in range(2, 20)),
    tuple(step / 10 for step in range(10, 100)),
)
LOG_SPREAD = 4  # highest over lowest from which a logarithmic axis reads better


def latency_axis(low: float, high: float, *, title: str, logarithmic: bool | None = None) -> Spec:
    """The x axis for times from `low` to `high` ms: from zero, or logarithmic when they are far apart."""
    if logarithmic is None:
        logarithmic = high > LOG_SPREAD * low
    return _logarithmic("x", low, high, title=title) if logarithmic else _linear("x", 0, high, title=title)


def value_axis(low: float, high: float, *, title: str) -> Spec:
    """The y axis for values from `low` to `high`, of which the changes matter; logarithmic when they are far apart."""
    if low > 0 and high > LOG_SPREAD * low:
        return _logarithmic("y", low / 1.1, high * 1.1, title=title)
    margin = 0.06 * (high - low) or 0.05 * high or 1.0
    return _linear("y", max(0.0, low - margin), high + margin, title=title)


def _linear(field: str, low: float, high: float, *, title: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"tickCount": 5},
    }


def _logarithmic(field: str, low: float, high: float, *, title: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": {"values": round_numbers(low, high), "format": ".3~r", "labelOverlap": "greedy"},
    }


def round_numbers(low: float, high: float) -> list[float]:
    """Numbers from `low` to `high` that read well on a logarithmic axis: the coarsest that are at least four."""
    found: list[float] = []
    for steps in _STEPS:
        numbers = (step * 10.0**exponent for exponent in range(-5, 8) for step in steps)
        found = [round(number, 9) for number in numbers if low <= number <= high]
        if len(found) >= 4:
            break
    return found


def precision_colour(frame: Frame, runs: Iterable[BenchRun]) -> Spec:
    """The colour of a run's precision, with a legend of those that there are."""
    names = list(dict.fromkeys(run.precision for run in runs))
    colours = [frame.palette.precisions[name] for name in names]
    return {
        "field": "precision",
        "type": "nominal",
        "scale": {"domain": names, "range": colours},
        "legend": {"symbolType": "square", "symbolOpacity": 1, "symbolStrokeWidth": 2.5},
    }
