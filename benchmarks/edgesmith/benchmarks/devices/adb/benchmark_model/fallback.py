"""What `edgesmith bench` does where a phone has no Python and LiteRT's tool."""

import sys

from edgesmith.benchmarks.devices.adb.benchmark_model.measure import measure_with_tool
from edgesmith.benchmarks.devices.adb.benchmark_model.result import PROTOCOL, TABLE_FILE
from edgesmith.benchmarks.devices.adb.missing import OnlyBenchmarkModelError
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress
from edgesmith.cli.terminal import one_line


def fall_back(
    found: OnlyBenchmarkModelError, plan: BenchmarkPlan, *, progress: Progress, as_json: bool
) -> None:
    """Measure with the tool and print the result, under words that say what it is not.

    Raises as `measure_with_tool` does.
    """
    sys.stderr.write(f"warning: {found}. {PROTOCOL}\n")
    result = measure_with_tool(plan, progress=progress)
    if as_json:
        sys.stdout.write(result.to_json())
        return
    # The phone's own words are in it.
    sys.stdout.write("".join(f"{one_line(line)}\n" for line in result.to_markdown().splitlines()))
    sys.stdout.write(f"\ntable: {plan.output / TABLE_FILE}\n")
