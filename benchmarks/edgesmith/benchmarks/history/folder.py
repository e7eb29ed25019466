"""A folder of results, one `bench.json` a benchmark, named by the time it was added."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from edgesmith.benchmarks.compare.machine import machine_differences
from edgesmith.benchmarks.history.trend import draw_page, draw_picture
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import DataError

TREND_PICTURE, TREND_PAGE = "trend.png", "trend.html"

_STAMP = "%Y%m%dT%H%M%SZ"  # ISO 8601, basic format: sorts by time


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A result and when it was added."""

    time: datetime
    result: BenchResult


def remember(result: BenchResult, folder: Path, *, now: datetime | None = None) -> Path:
    """Add a result, and draw the trend of all that are comparable anew. Returns the file added.

    Raises `DataError` for a file in the folder that is no result, `OutputError` when it cannot be written.
    """
    text = result.to_json().encode()
    stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime(_STAMP)
    # The digest tells two results of one second apart, as those of several devices are.
    file = folder / f"{stamp}-{sha256(text).hexdigest()[:8]}.json"
    write_bytes(file, text)
    machines = [past for past in recall(folder) if _comparable(past.result, result)]
    write_bytes(folder / TREND_PICTURE, draw_picture([(past.time, past.result) for past in machines]))
    write_bytes(folder / TREND_PAGE, draw_page([(past.time, past.result) for past in machines]).encode())
    return file


def recall(folder: Path) -> list[Past]:
    """All results of a folder, by time; none where there is no folder yet. Raises `DataError` naming a file that is none."""
    if folder.exists() and not folder.is_dir():
        raise DataError(
            f"{str(folder)!r} is a file; --history needs a folder",
            tip="--history with a folder of its own, which may be absent",
        )
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            time = datetime.strptime(file.name.partition("-")[0], _STAMP).replace(tzinfo=UTC)
        except ValueError as error:
            raise DataError(
                f"{str(file)!r}: the name does not begin with a time such as 20260131T235959Z",
                tip="the folder of --history is for the files that it writes; move others away",
            ) from error
        found.append(Past(time=time, result=BenchResult.load(file)))
    return found


def _comparable(one: BenchResult, other: BenchResult) -> bool:
    """Whether one curve may hold both: times of different machines, devices or scenarios are not one trend."""
    kinds = [(result.plan.device, result.plan.scenario) for result in (one, other)]
    return kinds[0] == kinds[1] and not machine_differences(one.environment, other.environment)
