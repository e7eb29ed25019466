"""Numbers and names as people read them."""

from collections.abc import Sequence

from edgesmith.benchmarks.browser.facts import BROWSER
from edgesmith.benchmarks.results import BenchRun
from edgesmith.runtime.accuracy import Accuracy

UNKNOWN = "–"


def milliseconds(value: float | None) -> str:
    """Three or four significant digits, without an exponent: `0.183`, `2.41`, `35.2`, `1280`; `–` for None."""
    if value is None:
        return UNKNOWN
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{decimals}f}"


def interval(bounds: Sequence[float]) -> str:
    """An interval of milliseconds, to follow its value: ` (2.31–2.52)`; empty where it is not known."""
    return f" ({'–'.join(map(milliseconds, bounds))})" if bounds else ""


def size(count: int | None) -> str:
    """Bytes as kB, MB or GB (powers of ten); `–` for None."""
    if count is None:
        return UNKNOWN
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"


def threads(count: int) -> str:
    """`1 thread`, `4 threads`."""
    return f"{count} thread{'' if count == 1 else 's'}"


def joined(names: Sequence[str], *, most: int = 4) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c, d and 8 others`."""
    words = list(names) if len(names) <= most + 1 else [*names[:most], f"{len(names) - most} others"]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def p_value(value: float) -> str:
    """`p = 0.037`, `p < 0.001`."""
    return f"p = {value:.2g}" if value >= 0.001 else "p < 0.001"


def accuracy(value: Accuracy | None) -> str:
    """Top-1 in percent with its interval: `98.6 % (97.2–99.3)`."""
    if value is None:
        return UNKNOWN
    low, high = (100 * bound for bound in value.interval)
    return f"{100 * value.top1:.1f} % ({low:.1f}–{high:.1f})"


def name_of(run: BenchRun, runs: Sequence[BenchRun]) -> str:
    """The file, and its engine where `runs` have the file on several."""
    several = {other.engine_name for other in runs if other.file == run.file} != {run.engine_name}
    return f"{run.file} on {run.engine_name}" if several else run.file


def engine_of(run: BenchRun) -> str:
    """The engine; of a browser also that it is one, and its build."""
    if run.browser is None:
        return run.engine_name
    return f"{run.engine_name}, {BROWSER}, {run.browser.build} build"


def sample_of(runs: Sequence[BenchRun]) -> str:
    """What a sample spans."""
    return "inference" if any(run.browser for run in runs) else "end to end"


def short_labels(runs: Sequence[BenchRun]) -> list[str]:
    """As few words a run as tell all runs apart: `int8 tflite`, `digits int8 onnx ×4`."""
    parts: list[list[str]] = [
        [run.name for run in runs],
        [run.precision for run in runs],
        [run.format for run in runs],
        [f"×{run.threads}" for run in runs],
    ]
    telling = [column for index, column in enumerate(parts) if index in (1, 2) or len(set(column)) > 1]
    labels = [" ".join(words) for words in zip(*telling, strict=True)]
    if len(set(labels)) == len(runs):
        return labels
    return [f"{name_of(run, runs)} ×{run.threads}" for run in runs]
