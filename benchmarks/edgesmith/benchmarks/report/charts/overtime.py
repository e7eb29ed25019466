"""How the machine and its speed changed while it was measured on: heat, throttling, other work."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from edgesmith.benchmarks.report.charts.blockseries import Moment, moments, thinned
from edgesmith.benchmarks.report.charts.chart import Chart
from edgesmith.benchmarks.report.charts.curves import Curve, curves_chart
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.machine.state import THROTTLED_NOW


def time_charts(result: BenchResult, labels: Sequence[str]) -> Iterator[Chart]:
    """Latency, temperature, frequency and power over time, as far as blocks were kept and the machine tells them."""
    found = moments(result)
    if max(map(len, found.values()), default=0) < 2:
        return
    yield _latency(result, found, labels)
    for name, title, unit, sensor, pick in _SENSORS:
        curves = [curve for curve in _machine(result, found, labels, pick) if curve.points]
        if curves:
            note = f"{sensor}, read after each block."
            yield curves_chart(result, curves, [], words=(name, title, unit), note=note)


def _temperature(moment: Moment) -> float | None:
    return moment.block.state.temperature_c


def _frequency(moment: Moment) -> float | None:
    return moment.block.state.frequency_mhz


def _power(moment: Moment) -> float | None:
    return moment.block.state.power_w


_SENSORS: tuple[tuple[str, str, str, str, Callable[[Moment], float | None]], ...] = (
    ("temperature", "Temperature", "°C", "The hottest sensor", _temperature),
    ("frequency", "Processor frequency", "MHz", "The mean of the cores", _frequency),
    (
        "power",
        "Power",
        "W",
        "All rails that the board measures, without its regulators' losses and USB",
        _power,
    ),
)


def _machine(
    result: BenchResult,
    found: dict[int, list[Moment]],
    labels: Sequence[str],
    pick: Callable[[Moment], float | None],
) -> Iterator[Curve]:
    if result.plan.scenario == "sustained":
        for run, points in found.items():
            yield Curve(series=run, label=labels[run], points=thinned(points, pick))
    else:
        yield Curve(series=None, label="machine", points=thinned(_together(found), pick))


def _together(found: dict[int, list[Moment]]) -> list[Moment]:
    return sorted(
        (moment for points in found.values() for moment in points), key=lambda moment: moment.seconds
    )


def _latency(result: BenchResult, found: dict[int, list[Moment]], labels: Sequence[str]) -> Chart:
    if result.plan.scenario == "sustained":
        curves = [
            Curve(series=run, label=labels[run], points=thinned(points, lambda moment: moment.milliseconds))
            for run, points in found.items()
        ]
        title, unit = "Latency under load", "ms"
        note = "End to end, median of each block, from the beginning of each run. A rise is a machine that gets hot."
    else:
        curves = [_relative(run, points, labels[run]) for run, points in found.items()]
        curves.append(_reference(_together(found)))
        title, unit = "Speed over time", "% of the run's median"
        note = (
            "Median of each block, in percent of the run's own; dashed: the reference kernel, whose work never "
            "changes. Where all move together, the machine moved."
        )
    throttled = [
        moment.seconds
        for moment in _together(found)
        if (moment.block.state.throttled_flags or 0) & THROTTLED_NOW
    ]
    return curves_chart(result, curves, throttled, words=("over-time", title, unit), note=note)


def _relative(run: int, points: Sequence[Moment], label: str) -> Curve:
    middle = float(np.median([point.milliseconds for point in points]))
    return Curve(
        series=run,
        label=label,
        points=thinned(points, lambda moment: 100 * moment.milliseconds / max(middle, 1e-4)),
    )


def _reference(points: Sequence[Moment]) -> Curve:
    middle = float(np.median([np.median(point.block.reference_ms) for point in points]))
    return Curve(
        series=None,
        label="reference kernel",
        points=thinned(points, lambda moment: 100 * float(np.median(moment.block.reference_ms)) / middle),
    )
