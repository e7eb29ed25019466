"""Several devices at the same time, each with an output folder of its own: results of different machines never merge."""

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from edgesmith.benchmarks.benchmark import bench
from edgesmith.benchmarks.devices.address import DeviceAddress, parse_address
from edgesmith.benchmarks.devices.emulated.benchmark import count_instructions
from edgesmith.benchmarks.devices.emulated.counts import CountsResult
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.errors import EdgesmithError, OptionError
from edgesmith.runtime.failure import Failure

SCHEMA: Literal["edgesmith.bench-devices/1"] = "edgesmith.bench-devices/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one device: a result, or why there is none."""

    plan: BenchmarkPlan
    result: BenchResult | CountsResult | None = None
    error: EdgesmithError | None = None

    @property
    def label(self) -> str:
        """The device in messages: as it was given, and of phones, which share an address, the folder's name."""
        return self.plan.output.name if self.plan.device == "browser" else self.plan.device

    def to_json(self) -> dict[str, Any]:
        """An entry of `devices` in the document of `bench --json` for several devices."""
        return {
            "device": self.plan.device,
            "output": str(self.plan.output),
            "result": None if self.result is None else dataclasses.asdict(self.result),
            "error": None if self.error is None else dataclasses.asdict(Failure.of(self.error)),
        }


def bench_each(
    plan: BenchmarkPlan, devices: Sequence[DeviceAddress], *, progress: Callable[[str], Progress]
) -> list[Outcome]:
    """Run the plan on all devices in parallel, into a folder of its output for each; in the order given.

    A device that fails does not stop the others. `progress`: makes the one to tell, for a device's label.
    Raises `OptionError` for a device that is given twice.
    """
    labels = [device.label for device in devices]
    if len(set(labels)) < len(labels):
        raise OptionError(f"the devices {', '.join(labels)} are not all different", tip="name each once")
    plans = [
        dataclasses.replace(plan, device=device.text, output=plan.output / device.label) for device in devices
    ]

    def attempt(one: BenchmarkPlan, label: str) -> Outcome:
        try:
            measure = count_instructions if parse_address(one.device).kind == "emulated" else bench
            return Outcome(plan=one, result=measure(one, progress=progress(label)))
        except EdgesmithError as error:
            return Outcome(plan=one, error=error)

    with ThreadPoolExecutor(max_workers=len(plans)) as pool:
        return list(pool.map(attempt, plans, labels))
