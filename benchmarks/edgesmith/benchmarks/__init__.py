"""Latency, memory and accuracy of model files, measured: `bench.json`, `report.md`, `report.html`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgesmith.benchmarks.benchmark import bench
    from edgesmith.benchmarks.devices.emulated.benchmark import count_instructions
    from edgesmith.benchmarks.plan import BenchmarkPlan

__all__ = ["BenchmarkPlan", "bench", "count_instructions"]

_HOMES = {
    "BenchmarkPlan": "edgesmith.benchmarks.plan",
    "bench": "edgesmith.benchmarks.benchmark",
    "count_instructions": "edgesmith.benchmarks.devices.emulated.benchmark",
}


def __getattr__(name: str) -> Any:
    # Lazy (PEP 562): the worker, which runs on the device, imports this package and nothing of the rest.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
