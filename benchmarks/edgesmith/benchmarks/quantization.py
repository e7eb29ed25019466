"""Did int8 pay? Pairs of an int8 file and the float32 file of the same model, measured alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from edgesmith.benchmarks.results import BenchRun
from edgesmith.runtime import cpu
from edgesmith.runtime.machine.environment import Environment

# Below this, a difference of medians is within what two runs of the same file show here.
_FASTER = 1.05
_SMALL_MODEL_MS = 1.0

# Engines that are slow at int8 whatever the machine.
_SLOW_ENGINES = {
    "tflite-runtime": "tflite-runtime runs int8 without XNNPACK; ai-edge-litert has fast kernels",
    "onnxruntime-web": "onnxruntime-web has no fast int8 kernels in WebAssembly; a .tflite runs on LiteRT.js",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizedPair:
    """The int8 run and the float32 run of one model, on one engine with one number of threads."""

    int8: BenchRun
    float32: BenchRun

    @property
    def speedup(self) -> float:
        """How many times as fast int8 is: the ratio of the medians of invoke."""
        return self.float32.summary.phases.invoke.p50 / max(self.int8.summary.phases.invoke.p50, 1e-4)

    @property
    def faster(self) -> bool:
        """Whether int8 is faster by more than noise."""
        return self.speedup >= _FASTER


def quantized_pairs(runs: Sequence[BenchRun]) -> list[QuantizedPair]:
    """All pairs, in the order of the int8 runs."""
    floats = {_key(run): run for run in runs if run.precision == "float32"}
    return [
        QuantizedPair(int8=run, float32=floats[_key(run)])
        for run in runs
        if run.precision == "int8" and _key(run) in floats
    ]


def likely_reason(pair: QuantizedPair, environment: Environment) -> str:
    """Why int8 did not pay on this machine: the first of the known causes that applies."""
    words = frozenset(environment.cpu_features)
    if pair.int8.doubt is not None:
        return pair.int8.doubt
    if pair.int8.engine_name in _SLOW_ENGINES:
        return _SLOW_ENGINES[pair.int8.engine_name]
    if pair.float32.summary.phases.invoke.p50 < _SMALL_MODEL_MS:
        return "the model is so small that fixed costs outweigh the arithmetic"
    if pair.int8.engine_name == "onnxruntime" and cpu.saturates_int8(environment.architecture, words):
        return "this x86 processor has no VNNI, so ONNX Runtime must use its slower exact product"
    if environment.architecture in ("aarch64", "arm64") and "asimddp" not in words:
        return "this ARM processor has no dot-product instructions (asimddp)"
    return "not known from here; `edgesmith inspect` shows whether operators still run in float"


def _key(run: BenchRun) -> tuple[str, str, str, int]:
    return (run.name, run.format, run.engine, run.threads)
