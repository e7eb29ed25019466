"""From measured variants to the result: finished runs, failed ones, what is derived from several."""

import dataclasses
from collections.abc import Sequence

from edgesmith.benchmarks.caveats import find_warnings
from edgesmith.benchmarks.classification import disagreement
from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.quantization import quantized_pairs
from edgesmith.benchmarks.results import (
    BenchResult,
    BenchRun,
    Block,
    DataFacts,
    PlanFacts,
    QuantizedAccuracy,
)
from edgesmith.benchmarks.variant import Variant
from edgesmith.runtime.machine.environment import Environment


def gather(
    variants: Sequence[Variant],
    blocks: Sequence[Block],
    *,
    plan: BenchmarkPlan,
    environment: Environment,
    data: DataFacts,
) -> BenchResult:
    """The result, in the order of the command line. Raises the first failure when every variant has failed."""
    require_one(variants)
    finished = [number for number, variant in enumerate(variants) if variant.failure is None]
    runs = tuple(variants[number].run(plan.scenario) for number in finished)
    failed = tuple(variant.failed_run() for variant in variants if variant.failure is not None)
    place = {number: index for index, number in enumerate(finished)}
    kept = tuple(dataclasses.replace(block, run=place[block.run]) for block in blocks if block.run in place)
    return BenchResult(
        environment=environment,
        data=data,
        plan=plan_facts(plan),
        warnings=find_warnings(runs, environment=environment, data=data, failed=failed, blocks=kept),
        runs=runs,
        failed=failed,
        int8_accuracy=int8_accuracy(runs),
        blocks=kept,
    )


def require_one(variants: Sequence[Variant]) -> None:
    """Raise the first failure when every variant has failed."""
    failures = [variant.failure for variant in variants if variant.failure is not None]
    if len(failures) == len(variants):
        raise failures[0]


def int8_accuracy(runs: Sequence[BenchRun]) -> tuple[QuantizedAccuracy, ...]:
    """Each int8 run beside its float32 run, where both were evaluated."""
    return tuple(
        QuantizedAccuracy(
            int8=runs.index(pair.int8),
            float32=runs.index(pair.float32),
            test=disagreement(pair.float32.evaluation, pair.int8.evaluation),
        )
        for pair in quantized_pairs(runs)
        if pair.int8.evaluation is not None
        and pair.float32.evaluation is not None
        and pair.int8.evaluation.labels == pair.float32.evaluation.labels
    )


def plan_facts(plan: BenchmarkPlan) -> PlanFacts:
    """The fields of the plan that travel; of the device its kind, since reports hold no host names."""
    fields = {
        field.name: getattr(plan, field.name)
        for field in dataclasses.fields(PlanFacts)
        if field.name != "engine"
    }
    told = {"device": parse_address(plan.device).kind, "engine": ",".join(plan.engines) or None}
    return PlanFacts(**fields | told)
