import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from edgesmith.benchmarks.caveats import find_warnings, require_fit_throughout
from edgesmith.benchmarks.quantization import likely_reason, quantized_pairs
from edgesmith.benchmarks.results import BenchRun, BenchWarning, Block, DataFacts, StateBeforeAfter
from edgesmith.runtime.errors import GateError
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State

STEADY = [10.0] * 50
IDLE = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=0.1)


DATA = DataFacts(name="pictures", sha256="1" * 64, images=100, labelled=True)


def kinds(
    runs: Sequence[BenchRun],
    environment: Environment,
    *,
    data: DataFacts = DATA,
    blocks: Sequence[Block] = (),
) -> list[str]:
    return [
        warning.kind for warning in find_warnings(runs, environment=environment, data=data, blocks=blocks)
    ]


def test_a_good_run_on_a_quiet_machine_has_none(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    runs = [make_run("a-float32.onnx", "float32", STEADY), make_run("a-int8.onnx", "int8", [4.0] * 50)]
    assert kinds(runs, make_environment()) == []


def test_int8_that_is_not_faster_is_named_with_a_reason(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    runs = [make_run("a-float32.onnx", "float32", STEADY), make_run("a-int8.onnx", "int8", [9.8] * 50)]
    warnings = find_warnings(runs, environment=make_environment(), data=DATA)
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
        (10.0, {"doubt": "its name says int8, but only 3 %"}, {}, "only 3 %"),
        (10.0, {"engine": "tflite-runtime 2.14"}, {}, "XNNPACK"),
        (0.2, {}, {}, "so small"),
        (10.0, {}, {"cpu_features": ("avx2",)}, "no VNNI"),
        (10.0, {}, {"architecture": "aarch64", "cpu_features": ("asimd",)}, "asimddp"),
        (10.0, {}, {}, "edgesmith inspect"),
    ],
    ids=["operators", "engine", "size", "x86", "arm", "unknown"],
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


def test_many_noisy_runs_are_named_by_the_worst(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    runs = [
        make_run(f"m{number}.onnx", "int8", [10.0] * 48 + [30.0 + number] * 2, name=f"m{number}")
        for number in range(36)
    ]
    (found,) = find_warnings(runs, environment=make_environment(), data=DATA)
    assert "It concerns m35.onnx on onnxruntime, 1 thread (65 against 10 ms), m34.onnx" in found.message
    assert found.message.endswith(" and 32 others.")


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


def test_throttling_between_two_readings_counts_for_the_run_that_had_its_turn(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    """The bit for "since the machine started" was set long ago, and when all is over the board has cooled."""
    cool, hot = (dataclasses.replace(IDLE, throttled_flags=flags) for flags in (0x40000, 0x40004))
    runs = [
        make_run(name, "int8", STEADY, state=StateBeforeAfter(before=cool, after=cool))
        for name in ("a.onnx", "b.onnx")
    ]
    blocks = [
        Block(process=0, run=run, samples=50, begin_s=0.0, reference_ms=(1.0,), state=state)
        for run, state in enumerate((cool, hot))
    ]
    (found,) = find_warnings(runs, environment=make_environment(), data=DATA, blocks=blocks)
    assert found.kind == "throttled"
    assert found.message.startswith("b.onnx")


def test_more_threads_than_cores_and_missing_labels_are_said(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    run = make_run("a.onnx", "int8", STEADY, threads=8, accuracy=None)
    unlabelled = dataclasses.replace(DATA, labelled=False)
    assert kinds([run], make_environment(), data=unlabelled) == ["threads", "no labels"]


def test_three_images_say_how_little_they_prove(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    few = find_warnings(
        [make_run("a.onnx", "int8", STEADY)],
        environment=make_environment(),
        data=dataclasses.replace(DATA, images=3),
    )
    assert [warning.kind for warning in few] == ["few images"]
    assert "anything from 44 %" in few[0].message  # the Wilson interval of 3 of 3


def test_a_file_that_is_called_int8_and_is_not_is_named_once(
    make_run: Callable[..., BenchRun], make_environment: Callable[..., Environment]
) -> None:
    doubt = "its metadata say int8, but only 3 % of its multiply-accumulates run on 8-bit integers"
    runs = [make_run("a.onnx", "int8", STEADY, threads=threads, doubt=doubt) for threads in (1, 2)]
    found = find_warnings(runs, environment=make_environment(), data=DATA)
    assert [warning.kind for warning in found] == ["not int8"]
    assert "only 3 %" in found[0].message


@pytest.mark.parametrize(("moved", "fires"), [(1.04, False), (1.2, True)], ids=["4 %", "20 %"])
def test_a_reference_kernel_that_moves_is_a_machine_that_is_not_quiet(
    make_run: Callable[..., BenchRun],
    make_environment: Callable[..., Environment],
    moved: float,
    fires: bool,
) -> None:
    blocks = [
        Block(process=0, run=0, samples=5, begin_s=0.0, reference_ms=(time,) * 3, state=IDLE)
        for time in [1.0] * 5 + [moved] * 5
    ]
    run = make_run("a.onnx", "int8", STEADY)
    assert kinds([run], make_environment(), blocks=blocks) == (["not quiet"] if fires else [])


def test_a_strict_benchmark_ends_in_a_gate_when_the_machine_was_not_quiet() -> None:
    require_fit_throughout([BenchWarning(kind="few images", message="3 images")])
    with pytest.raises(GateError, match="moved by 20 %"):
        require_fit_throughout([BenchWarning(kind="not quiet", message="it moved by 20 %")])
