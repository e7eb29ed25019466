"""The small print of a report: the machine and the method."""

from collections.abc import Iterator

from edgesmith.benchmarks.browser.facts import BROWSER
from edgesmith.benchmarks.plan import Device
from edgesmith.benchmarks.report.browserfacts import browser_method, browser_rows
from edgesmith.benchmarks.report.wording import size
from edgesmith.benchmarks.results import BenchResult, PlanFacts
from edgesmith.runtime.machine.state import throttling_words

# Of the hundred words of an x86 processor those that decide which kernels run.
_TELLING_FEATURES = (
    "avx2", "fma", "avx512f", "avx_vnni", "avx512_vnni", "amx_int8",
    "neon", "asimd", "asimdhp", "asimddp", "i8mm", "sve",
)  # fmt: skip
_UNTOLD = "the machine does not tell"
_DEVICES: dict[Device, str] = {
    "local": "the machine itself",
    "ssh": "another machine, over ssh",
    "adb": "an Android device, over adb",
    "emulated": "an emulated board: its times are those of an emulator",
    "browser": BROWSER,
}


def subtitle(result: BenchResult) -> str:
    """What was measured on, in a line."""
    if result.browser is not None:
        return ", ".join(filter(None, (BROWSER, result.browser.phone, result.browser.phone_model)))
    return result.environment.board or result.environment.cpu_model


def environment_rows(result: BenchResult) -> list[tuple[str, str]]:
    """The machine and its software, and its state over the benchmark."""
    if result.browser is not None:
        return [*browser_rows(result.browser, result), ("Data", _data(result))]
    found = result.environment
    features = [word for word in _TELLING_FEATURES if word in found.cpu_features]
    load = found.load_average
    return [
        ("Device", _DEVICES[result.plan.device]),
        *([("Board", found.board)] if found.board else []),
        ("Processor", f"{found.cpu_model}, {found.cores} usable cores, {found.architecture}"),
        ("Vector units", ", ".join(features) or "none known"),
        ("Memory", size(found.ram_bytes) if found.ram_bytes else _UNTOLD),
        ("Governor", found.governor or _UNTOLD),
        ("Highest frequency", f"{found.max_frequency_mhz:.0f} MHz" if found.max_frequency_mhz else _UNTOLD),
        ("Load average before", " ".join(f"{value:.2f}" for value in load) if load else _UNTOLD),
        *_state_rows(result),
        ("System", f"{found.os}, {found.kernel}"),
        ("Software", ", ".join([found.python, *(f"{name} {v}" for name, v in found.packages.items())])),
        ("Data", _data(result)),
    ]


def _state_rows(result: BenchResult) -> Iterator[tuple[str, str]]:
    states = [state for run in result.runs for state in (run.state.before, run.state.after)]
    states += [block.state for block in result.blocks]
    temperatures = [state.temperature_c for state in states if state.temperature_c is not None]
    frequencies = [state.frequency_mhz for state in states if state.frequency_mhz is not None]
    powers = [state.power_w for state in states if state.power_w is not None]
    flags = [state.throttled_flags for state in states if state.throttled_flags is not None]
    yield "Temperature", _span(temperatures, "°C") if temperatures else _UNTOLD
    yield "Frequency", _span(frequencies, "MHz") if frequencies else _UNTOLD
    if powers:
        yield "Power", _span(powers, "W", decimals=1)
    words = sorted({word for value in flags for word in throttling_words(value)})
    yield "Throttling", (", ".join(words) or "none") if flags else _UNTOLD


def _span(values: list[float], unit: str, *, decimals: int = 0) -> str:
    return f"{min(values):.{decimals}f} to {max(values):.{decimals}f} {unit}"


def _data(result: BenchResult) -> str:
    data = result.data
    return f"{data.name}: {data.images} {'labelled ' if data.labelled else ''}images, SHA-256 {data.sha256[:16]}…"


def method(result: BenchResult) -> list[str]:
    """How it was measured, in sentences."""
    if result.browser is not None:
        return browser_method(result.browser, result)
    plan, counts = result.plan, [len(run.samples_ms) for run in result.runs]
    samples = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    accuracy = (
        "Accuracy: every labelled image through the same file, engine and process. Wilson intervals, 95 %; the "
        "difference between int8 and float32 by McNemar's exact test; calibration: expected calibration error, 15 bins."
    )
    fresh = "" if plan.processes == 1 else f", {plan.processes} fresh ones one after the other"
    return [
        f"Each file, engine and number of threads is a variant with a process of its own{fresh}. {_order(plan)} "
        "Nothing runs in parallel.",
        f"{samples} samples a variant (at least {plan.samples} and {plan.seconds:g} s), all kept in bench.json, "
        f"after a warm-up of at least {plan.warmup_inferences} inferences and {plan.warmup_seconds:g} s.",
        "A sample is one real image: decode (encoded bytes in memory to a picture), preprocess (to the input "
        "tensor), invoke (the engine), postprocess (to the best label). Reading the file is not timed.",
        f"Cold start: from starting a fresh process to its first answer, median of {plan.cold_starts}. Peak memory: "
        "largest resident set of the variant's process after its samples.",
        *([accuracy] if result.data.labelled else []),
        "Percentiles interpolate linearly. They describe this machine in this state.",
    ]


def _order(plan: PlanFacts) -> str:
    if plan.scenario == "interleaved":
        return f"Variants take turns in blocks, in random order (seed {plan.seed}), so that drift hits all alike."
    kind = {
        "single-stream": "one query at a time, as in MLPerf's SingleStream scenario; it is their statistic on this "
        "workload, and no MLPerf result",
        "sustained": "without a pause, so that heat shows",
    }[plan.scenario]
    return f"Variants run one after the other, each for {plan.seconds / 60:g} minutes: {kind}."
