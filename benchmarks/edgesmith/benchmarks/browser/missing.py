"""What the plan asks for and a phone has not measured, in sentences."""

from collections.abc import Iterator, Sequence

from edgesmith.benchmarks.browser.phone import Phone
from edgesmith.benchmarks.browser.visit import Visit
from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.report.wording import threads as in_threads
from edgesmith.benchmarks.results import BenchRun, FailedRun


def missing(
    phone: Phone,
    visit: Visit,
    runs: Sequence[BenchRun],
    failed: Sequence[FailedRun],
    models: Sequence[ModelInput],
    plan: BenchmarkPlan,
) -> tuple[str, ...]:
    """One a gap; () when all of it is there."""
    return (
        *_left(phone),
        *_lost(phone),
        *_variants(visit, runs, failed, models, plan),
        *_samples(runs, plan),
    )


def _left(phone: Phone) -> Iterator[str]:
    if not phone.done:
        yield "The page did not finish: it was closed, the phone slept or left the network, or the server was stopped."


def _lost(phone: Phone) -> Iterator[str]:
    if phone.lost:
        yield f"{phone.lost} of the page's {max(phone.events)} messages are missing: never sent, or refused."


def _variants(
    visit: Visit,
    runs: Sequence[BenchRun],
    failed: Sequence[FailedRun],
    models: Sequence[ModelInput],
    plan: BenchmarkPlan,
) -> Iterator[str]:
    told = {(run.file, run.browser.threads_asked) for run in runs if run.browser}
    told |= {(run.file, run.threads) for run in runs} | {(run.file, run.threads) for run in failed}
    for index, model in enumerate(models):
        for threads in plan.threads:
            if (model.file, threads) not in told:
                begun = any(
                    loaded.threads_asked == threads
                    for (other, _), variant in visit.variants.items()
                    for _, loaded in variant.loads
                    if other == index
                )
                state = "was loaded, without a sample that counts" if begun else "was not begun"
                yield f"{model.file}, {in_threads(threads)}, {state}."


def _samples(runs: Sequence[BenchRun], plan: BenchmarkPlan) -> Iterator[str]:
    for run in runs:
        if run.browser and run.browser.missing_samples:
            wanted = f"{plan.samples} samples" + (f" and {plan.seconds:g} s" if plan.seconds else "")
            yield (
                f"{run.file}, {in_threads(run.threads)}: {len(run.samples_ms)} samples, "
                f"{run.browser.missing_samples} are missing of {wanted}."
            )
