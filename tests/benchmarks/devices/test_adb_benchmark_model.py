"""LiteRT's `benchmark_model` on a phone without a Python: its words, its flags, and what may go wrong."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from tests.benchmarks.devices.adbd import Phone, Server
from tests.benchmarks.devices.android import PROFILE, TOOL_SAYS, equip, install_tool

from edgesmith.benchmarks import BenchmarkPlan
from edgesmith.benchmarks.devices.adb.benchmark_model.measure import measure_with_tool
from edgesmith.benchmarks.devices.adb.benchmark_model.output import read_output
from edgesmith.benchmarks.devices.adb.benchmark_model.profile import read_profile
from edgesmith.benchmarks.devices.adb.benchmark_model.result import PROTOCOL
from edgesmith.benchmarks.progress import Silence
from edgesmith.benchmarks.results import BenchResult
from edgesmith.cli import main
from edgesmith.runtime.errors import DataError, DeviceError, EngineError, OptionError, OutputError

T = TypeVar("T")
PlanFactory = Callable[..., BenchmarkPlan]

LAST = "count=1000 first=1040 curr=1018 min=1012 max=1190 avg=1039.66 std=22"


@pytest.fixture
def tool_plan(tiny_plan: PlanFactory, tflite_model: Path, adb_server: Server, phone: Phone) -> PlanFactory:
    """A plan for the phone, which has the tool."""
    install_tool(phone)

    def make(**changes: object) -> BenchmarkPlan:
        return tiny_plan(**{"device": "adb", "models": (tflite_model,), **changes})

    return make


class TestOutput:
    def test_what_all_builds_print(self) -> None:
        times = read_output(TOOL_SAYS)
        assert (times.init_ms, times.first_ms) == (17.851, 2.104)
        assert (times.mean_ms, times.min_ms, times.max_ms, times.stdev_ms) == (1.03966, 1.012, 1.19, 0.022)
        assert (times.count, times.median_ms, times.memory_mb) == (1000, None, 46.0859)

    def test_percentiles_of_newer_builds(self) -> None:
        newer = TOOL_SAYS.replace(LAST, f"INFO: {LAST} p5=1012 median=1017 p95=1100")
        times = read_output(newer)
        assert (times.p5_ms, times.median_ms, times.p95_ms) == (1.012, 1.017, 1.1)

    def test_large_times_and_equal_ones(self) -> None:
        said = TOOL_SAYS.replace(LAST, "count=2 curr=2950340(all same)").replace("1039.66", "2.95034e+06")
        times = read_output(said)
        assert (times.mean_ms, times.min_ms, times.max_ms, times.stdev_ms) == (2950.34, 2950.34, 2950.34, 0)

    @pytest.mark.parametrize("said", ["", "STARTING!\ncount=1 curr=5\n"], ids=["nothing", "no summary"])
    def test_no_times(self, said: str) -> None:
        with pytest.raises(EngineError, match="printed no times"):
            read_output(said)


class TestProfile:
    def test_the_operators_of_the_inferences_in_order(self) -> None:
        operators = read_profile(PROFILE)
        assert operators is not None
        assert [(one.kind, one.milliseconds) for one in operators] == [("CONV_2D", 0.25), ("SOFTMAX", 0.1)]

    def test_a_column_more_of_older_builds(self) -> None:
        older = PROFILE.replace("node type, first", "node type, start, first").replace(
            "CONV_2D, 0.3", "CONV_2D, 0.0, 0.3"
        )
        operators = read_profile(older.replace("SOFTMAX, 0.1", "SOFTMAX, 0.3, 0.1"))
        assert operators is not None
        assert [one.milliseconds for one in operators] == [0.25, 0.1]

    @pytest.mark.parametrize(
        "text", ["", PROFILE.replace("avg_ms", "mean")], ids=["no file", "another build's columns"]
    )
    def test_what_cannot_be_read_is_none(self, text: str) -> None:
        assert read_profile(text) is None


def test_it_measures_by_turns_and_is_labelled(tool_plan: PlanFactory, phone: Phone) -> None:
    plan = tool_plan(threads=(1, 4), processes=2, profile=True)
    result = measure_with_tool(plan, progress=Silence())
    assert sorted(run.threads for run in result.runs) == [1, 1, 4, 4]
    assert result.runs[0].before.temperature_c == 47.3
    assert [one.kind for one in result.runs[0].operators or ()] == ["CONV_2D", "SOFTMAX"]
    calls = (phone.root / "calls").read_text().splitlines()
    assert len(calls) == 8
    assert "--num_runs=20 --min_secs=0.0 --warmup_runs=3 --warmup_min_secs=0.0" in calls[0]
    document = json.loads((plan.output / "benchmark_model.json").read_text())
    assert document["schema"] == "edgesmith.benchmark-model/1"
    assert document["protocol"] == PROTOCOL
    assert document["phone"]["model"] == "Google Pixel 8"
    assert PROTOCOL in (plan.output / "benchmark_model.md").read_text()


def test_compare_does_not_take_it_for_a_benchmark(tool_plan: PlanFactory) -> None:
    plan = tool_plan()
    measure_with_tool(plan, progress=Silence())
    with pytest.raises(DataError, match=r"edgesmith\.benchmark-model/1"):
        BenchResult.load(plan.output / "benchmark_model.json")


def test_the_model_is_copied_once(tool_plan: PlanFactory, tflite_model: Path, adb_server: Server) -> None:
    measure_with_tool(tool_plan(threads=(1, 2)), progress=Silence())
    assert sum("cat >" in command for command in adb_server.commands) == 1


def test_a_file_that_it_cannot_run_leaves_the_rest(
    tool_plan: PlanFactory, tflite_model: Path, models: tuple[Path, Path]
) -> None:
    result = measure_with_tool(tool_plan(models=(models[0], tflite_model)), progress=Silence())
    assert [run.file for run in result.runs] == ["colours-float32.tflite"]
    assert [(one.file, one.reason) for one in result.failed] == [
        ("colours-float32.onnx", "benchmark_model runs .tflite files only")
    ]
    assert "Not measured:" in result.to_markdown()


def test_nothing_that_it_can_run(tool_plan: PlanFactory, phone: Phone) -> None:
    install_tool(phone, "ERROR: Didn't find op for builtin opcode 'CONV_2D'\n", then="exit 1")
    plan = tool_plan()
    with pytest.raises(EngineError, match=r"nothing could be measured: .*Didn't find op"):
        measure_with_tool(plan, progress=Silence())
    assert not plan.output.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [("not executable: 64-bit ELF file", 1), ("can't execute: Permission denied", 126)],
    ids=["of another processor", "without permission"],
)
def test_a_tool_that_cannot_be_executed(tool_plan: PlanFactory, phone: Phone, words: str, code: int) -> None:
    install_tool(phone, "", then=f'echo "mksh: benchmark_model: {words}" >&2; exit {code}')
    with pytest.raises(DeviceError, match=words) as caught:
        measure_with_tool(tool_plan(), progress=Silence())
    assert "this phone is arm64-v8a" in str(caught.value.tip)


def test_a_full_phone(tool_plan: PlanFactory, phone: Phone) -> None:
    phone.install(
        "/system/bin/df",
        "echo 'Filesystem     1K-blocks    Used Available Use% Mounted on'\n"
        "echo '/dev/block/dm-49 113245184 113241088 4096 100% /data'",
    )
    with pytest.raises(DeviceError, match=r"no space in /data/local/tmp: .*4\.2 MB are free"):
        measure_with_tool(tool_plan(), progress=Silence())


def test_a_file_that_was_damaged_on_its_way(tool_plan: PlanFactory, phone: Phone) -> None:
    phone.install("/system/bin/sha256sum", f"echo {'0' * 64}  -")
    with pytest.raises(DeviceError, match="it was damaged on its way"):
        measure_with_tool(tool_plan(), progress=Silence())


def test_a_pulled_cable_keeps_what_there_is(tool_plan: PlanFactory, phone: Phone) -> None:
    plan = tool_plan(threads=(1, 2, 4))

    class Pulling(Silence):
        def track(self, items: Sequence[T], _stage: str, /) -> Iterator[T]:
            for number, item in enumerate(items):
                if number == 2:
                    phone.unplug()
                yield item

    with pytest.raises(DeviceError, match=r"the connection was lost.*; 2 runs are kept in"):
        measure_with_tool(plan, progress=Pulling())
    assert len(json.loads((plan.output / "benchmark_model.json").read_text())["runs"]) == 2


def test_what_the_tool_has_no_word_for(tool_plan: PlanFactory) -> None:
    with pytest.raises(OptionError, match="no scenario sustained"):
        measure_with_tool(tool_plan(scenario="sustained"), progress=Silence())


def test_results_are_not_overwritten(tool_plan: PlanFactory) -> None:
    plan = tool_plan()
    measure_with_tool(plan, progress=Silence())
    with pytest.raises(OutputError):
        measure_with_tool(plan, progress=Silence())


class TestCommand:
    @pytest.fixture
    def words(self, tool_plan: PlanFactory, pictures: Path) -> list[str]:
        plan = tool_plan()
        return [
            "bench",
            str(plan.models[0]),
            "--data",
            str(pictures),
            "--device",
            "adb",
            "-o",
            str(plan.output),
        ]

    def test_it_says_what_it_is_not(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main([*words, "--quick"]) == 0
        printed = capsys.readouterr()
        assert "no Python can be run there" in printed.err
        assert PROTOCOL in printed.err
        assert (
            "| colours-float32.tflite | 1 | 1.040 |  | 1.012 | 1.190 | 0.022 | 1000 | 17.9 |" in printed.out
        )

    def test_the_phones_words_are_shown_and_not_obeyed(
        self, words: list[str], phone: Phone, capsys: pytest.CaptureFixture[str]
    ) -> None:
        equip(phone, ro_product_model="Pixel\x1b[2J")
        assert main([*words, "--quick"]) == 0
        assert "# Google Pixel\\x1b[2J, Android 15" in capsys.readouterr().out

    def test_json(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main([*words, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["protocol"] == PROTOCOL

    @pytest.mark.parametrize("option", [["--strict"], ["--history", "past"]], ids=" ".join)
    def test_what_needs_edgesmiths_protocol(
        self, words: list[str], option: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main([*words, *option]) == 1
        assert "without --strict" in capsys.readouterr().err
