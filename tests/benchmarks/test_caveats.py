from collections.abc import Callable, Sequence
from typing import Any

import pytest

from edgesmith.benchmarks.caveats import find_warnings
from edgesmith.benchmarks.quantization import likely_reason, quantized_pairs
from edgesmith.benchmarks.results import BenchRun, StateBeforeAfter
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State

STEADY = [10.0] * 50


def kinds(runs: Sequence[BenchRun], environment: Environment, *, labelled: bool = True) -> list[str]:
    return [warning.kind for warning in find_warnings(runs, environment=environment, labelled=labelled)]


def test_a_good_run_on_a_quiet_machine_has_none(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    runs = [make_run("a-float32.onnx", "float32", STEADY), make_run("a-int8.onnx", "int8", [4.0] * 50)]
    assert kinds(runs, make_environment()) == []


def test_int8_that_is_not_faster_is_named_with_a_reason(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    runs = [make_run("a-float32.onnx", "float32", STEADY), make_run("a-int8.onnx", "int8", [9.8] * 50)]
    warnings = find_warnings(runs, environment=make_environment(), labelled=True)
    assert [warning.kind for warning in warnings] == ["int8 not faster"]
    assert "a-int8.onnx" in warnings[0].message
    assert "Likely reason" in warnings[0].message


@pytest.mark.parametrize(
    "other",
    [{"name": "other"}, {"threads": 2}, {"engine": "onnxruntime 2"}, {"file": "a.tflite"}],
    ids=["model", "threads", "engine", "format"],
)
def test_only_runs_measured_alike_are_compared(
    make_run: Callable[..., BenchRun], other: dict[str, Any]
) -> None:
    int8 = make_run("a-int8.onnx", "int8", STEADY)
    fields = {"file": "a-float32.onnx", **other}
    float32 = make_run(fields.pop("file"), "float32", STEADY, **fields)
    assert quantized_pairs([float32, int8]) == []


@pytest.mark.parametrize(
    ("invoke", "run", "machine", "words"),
    [
        (10.0, {"engine": "tflite-runtime 2.14"}, {}, "XNNPACK"),
        (0.2, {}, {}, "so small"),
        (10.0, {}, {"cpu_features": ("avx2",)}, "no VNNI"),
        (10.0, {}, {"architecture": "aarch64", "cpu_features": ("asimd",)}, "asimddp"),
        (10.0, {}, {}, "edgesmith inspect"),
    ],
    ids=["engine", "size", "x86", "arm", "unknown"],
)
def test_the_likely_reason(
    make_run: Callable[..., BenchRun],
    make_environment: Callable[..., Environment],
    invoke: float,
    run: dict[str, Any],
    machine: dict[str, Any],
    words: str,
) -> None:
    runs = [make_run(f"a-{kind}.onnx", kind, [invoke] * 9, **run) for kind in ("float32", "int8")]
    assert words in likely_reason(quantized_pairs(runs)[0], make_environment(**machine))


@pytest.mark.parametrize(
    ("machine", "kind"),
    [({"load_average": (4.5, 1.0, 1.0)}, "busy"), ({"governor": "powersave"}, "governor")],
)
def test_an_unfit_machine_is_marked(
    make_run: Callable[..., BenchRun],
    make_environment: Callable[..., Environment],
    machine: dict[str, Any],
    kind: str,
) -> None:
    assert kinds([make_run("a.onnx", "int8", STEADY)], make_environment(**machine)) == [kind]


def test_a_long_tail_is_noise(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    assert kinds([make_run("a.onnx", "int8", [10.0] * 48 + [30.0] * 2)], make_environment()) == ["noisy"]
    assert kinds([make_run("a.onnx", "int8", [10.0] * 48 + [19.0] * 2)], make_environment()) == []


@pytest.mark.parametrize(
    ("before", "after", "fires"),
    [(0, 0x4, True), (0, 0x40000, True), (0x40000, 0x40000, False), (None, None, False)],
    ids=["now", "meanwhile", "long ago", "unknown"],
)
def test_throttling_counts_when_it_happened_during_the_run(
    make_run: Callable[..., BenchRun],
    make_environment: Callable[..., Environment],
    before: int | None,
    after: int | None,
    fires: bool,
) -> None:
    states = [
        State(temperature_c=None, frequency_mhz=None, throttled_flags=flags, load_average=None)
        for flags in (before, after)
    ]
    run = make_run("a.onnx", "int8", STEADY, state=StateBeforeAfter(before=states[0], after=states[1]))
    assert kinds([run], make_environment()) == (["throttled"] if fires else [])


def test_more_threads_than_cores_and_missing_labels_are_said(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    run = make_run("a.onnx", "int8", STEADY, threads=8, accuracy=None)
    assert kinds([run], make_environment(), labelled=False) == ["threads", "no labels"]
