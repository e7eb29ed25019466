"""`--device`, `--install`, `--remote-python`, `--resume`: from the command line to the plan, and several devices."""

import json

import pytest

from edgesmith.benchmarks import BenchmarkPlan, benchmark
from edgesmith.benchmarks.devices import several
from edgesmith.benchmarks.progress import LineProgress
from edgesmith.benchmarks.results import BenchResult
from edgesmith.cli import main
from edgesmith.runtime.errors import DeviceError

WORDS = ["bench", "a.onnx", "--data", "photos"]


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch, result: BenchResult) -> list[BenchmarkPlan]:
    """The plans that a command line leads to; nothing is measured, and the device `gone` is gone."""
    plans: list[BenchmarkPlan] = []

    def remember(plan: BenchmarkPlan, *, progress: object) -> BenchResult:
        plans.append(plan)
        if "gone" in plan.device:
            raise DeviceError(f"{plan.device}: the connection was lost", tip="check its power")
        return result

    for module in (benchmark, several):
        monkeypatch.setattr(module, "bench", remember)
    return plans


def test_they_reach_the_plan(planned: list[BenchmarkPlan]) -> None:
    assert (
        main([*WORDS, "--device", "ssh://pi@pi4", "--install", "--resume", "--remote-python", "/opt/python"])
        == 0
    )
    plan = planned[0]
    assert (plan.device, plan.install, plan.resume, plan.remote_python) == (
        "ssh://pi@pi4", True, True, "/opt/python",
    )  # fmt: skip


def test_an_unknown_device_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*WORDS, "--device", "moon"])
    assert caught.value.code == 2
    assert "ssh://pi@raspberrypi.local" in capsys.readouterr().err


def test_each_of_several_devices_has_a_folder(
    planned: list[BenchmarkPlan], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, "-o", "out", "--device", "local", "ssh://pi@pi4:2222"]) == 0
    assert {(plan.device, str(plan.output)) for plan in planned} == {
        ("local", "out/local"),
        ("ssh://pi@pi4:2222", "out/pi-pi4-2222"),
    }
    assert "report: out/pi-pi4-2222/report.html" in capsys.readouterr().out


def test_a_device_that_fails_does_not_stop_the_others(
    planned: list[BenchmarkPlan], capsys: pytest.CaptureFixture[str], result: BenchResult
) -> None:
    assert main([*WORDS, "--json", "--device", "ssh://gone", "ssh://pi4"]) == 1
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document["schema"] == "edgesmith.bench-devices/1"
    first, second = document["devices"]
    assert first["result"] is None
    assert first["error"]["kind"] == "DeviceError"
    assert second["error"] is None
    assert len(second["result"]["runs"]) == len(result.runs)
    assert "1 of 2 devices: ssh://gone: the connection was lost" in printed.err
    assert "tip: check its power" in printed.err


def test_a_device_that_is_given_twice(
    planned: list[BenchmarkPlan], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, "--device", "local", "local"]) == 1
    assert "not all different" in capsys.readouterr().err
    assert planned == []


def test_lines_name_the_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(LineProgress("pi4").track([1, 2], "warm-up")) == [1, 2]
    assert capsys.readouterr().err == "pi4: warm-up\n"
