"""The whole of it: a server on a socket, phones that come by HTTP, a folder of results."""

import dataclasses
import http.client
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from edgesmith.benchmarks import command
from edgesmith.benchmarks.browser.benchmark import bench_in_browsers
from edgesmith.benchmarks.browser.options import BrowserOptions
from edgesmith.benchmarks.compare.compare import compare
from edgesmith.benchmarks.journal import alone
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.results import BenchResult
from edgesmith.cli import main
from edgesmith.runtime.errors import DataError, DeviceError, EdgesmithError, OptionError, OutputError
from edgesmith.runtime.web.server import WebServer
from edgesmith.runtime.web.site import Site

ANY = BrowserOptions(port=0, minutes=1)


def _post(site: Site, path: str, document: Any) -> Any:
    with closing(http.client.HTTPConnection("localhost", site.port, timeout=10)) as connection:
        connection.request("POST", path, json.dumps(document), {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())


class Phones:
    """Come as soon as the server is ready, and leave it running or not."""

    def __init__(self, visits: dict[str, list[dict[str, Any]]], *, stop: bool) -> None:
        self._visits, self._stop = visits, stop
        self.devices: dict[str, str] = {}
        self.addresses: list[tuple[int, str]] = []

    def __call__(self, server: WebServer, site: Site, path: str) -> None:
        self.addresses.append((site.port, path))
        Thread(target=self._come, args=(server, site, path)).start()

    def _come(self, server: WebServer, site: Site, path: str) -> None:
        for name, events in self._visits.items():
            if name not in self.devices:
                self.devices[name] = _post(site, f"{path}devices", {"name": name})["device"]
            _post(site, f"{path}devices/{self.devices[name]}/events", {"events": events})
        if self._stop:
            server.stop()


@pytest.fixture
def whole(scripted: Callable[[], Any]) -> list[dict[str, Any]]:
    phone = scripted()
    phone.visit()
    said: list[dict[str, Any]] = phone.said
    return said


def test_every_phone_gets_a_folder_with_a_report(
    page: Path, plan: BenchmarkPlan, whole: list[dict[str, Any]]
) -> None:
    phones = Phones({"Pixel 8": whole, "Old one": whole[:12]}, stop=True)
    outcomes = bench_in_browsers(plan, ANY, ready=phones)
    assert [outcome.label for outcome in outcomes] == ["pixel-8", "old-one"]
    for outcome in outcomes:
        found = BenchResult.load(outcome.plan.output / "bench.json")
        assert found == outcome.result
        assert "NOT the times" in (outcome.plan.output / "report.html").read_text()
        assert "NOT the times" in (outcome.plan.output / "report.md").read_text()
    gaps = [outcome.result.browser.missing for outcome in outcomes]  # type: ignore[union-attr]  # both have results
    assert gaps[0] == ()
    assert gaps[1] != ()


def test_it_ends_by_itself_when_enough_phones_have_finished(
    page: Path, plan: BenchmarkPlan, whole: list[dict[str, Any]]
) -> None:
    options = dataclasses.replace(ANY, phones=1)
    assert len(bench_in_browsers(plan, options, ready=Phones({"a": whole}, stop=False))) == 1
    resumed = dataclasses.replace(plan, resume=True)
    assert len(bench_in_browsers(resumed, options, ready=lambda *_: None)) == 1  # it had finished before


def test_stopped_and_started_again_loses_nothing(
    page: Path, plan: BenchmarkPlan, whole: list[dict[str, Any]]
) -> None:
    phones = Phones({"a": whole[:10]}, stop=True)
    bench_in_browsers(plan, ANY, ready=phones)
    with pytest.raises(EdgesmithError, match="holds what phones have measured"):
        bench_in_browsers(plan, ANY, ready=phones)
    resumed = dataclasses.replace(plan, resume=True)
    phones._visits = {"a": whole[10:]}
    outcomes = bench_in_browsers(resumed, BrowserOptions(minutes=1), ready=phones)
    assert phones.addresses[0] == phones.addresses[1]
    assert len(outcomes) == 1
    result = outcomes[0].result
    assert isinstance(result, BenchResult)
    assert result.browser is not None
    assert (result.browser.done, result.browser.missing) == (True, ())
    assert BenchResult.load(outcomes[0].plan.output / "bench.json") == result


def test_time_ends_it_and_when_nobody_came_nothing_is_left(page: Path, plan: BenchmarkPlan) -> None:
    with pytest.raises(DeviceError, match="no phone"):
        bench_in_browsers(plan, BrowserOptions(port=0, minutes=0), ready=lambda *_: None)
    assert not plan.output.exists()


def test_two_servers_do_not_share_a_folder(page: Path, plan: BenchmarkPlan) -> None:
    with alone(plan.output), pytest.raises(OutputError, match="at work on"):
        bench_in_browsers(plan, ANY, ready=lambda *_: pytest.fail("served"))


def test_a_phone_that_measured_nothing_is_an_error_beside_the_others(
    page: Path, plan: BenchmarkPlan, whole: list[dict[str, Any]]
) -> None:
    outcomes = bench_in_browsers(plan, ANY, ready=Phones({"a": whole[:1], "b": whole}, stop=True))
    assert outcomes[0].error is not None
    assert "was not begun" in str(outcomes[0].error)
    assert outcomes[1].result is not None


@pytest.mark.parametrize(
    "change",
    [
        {"scenario": "sustained"}, {"processes": 5}, {"profile": True}, {"strict": True}, {"install": True},
        {"engines": ("onnxruntime",)}, {"remote_python": "python3.12"},
    ],
    ids=str,
)  # fmt: skip
def test_what_a_page_cannot_do_is_refused(page: Path, plan: BenchmarkPlan, change: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="in a browser"):
        bench_in_browsers(dataclasses.replace(plan, **change), ANY)


def test_never_compared_with_native_rows_nor_with_each_other(
    page: Path, plan: BenchmarkPlan, whole: list[dict[str, Any]], result: BenchResult
) -> None:
    browser = bench_in_browsers(plan, ANY, ready=Phones({"a": whole}, stop=True))[0].result
    assert isinstance(browser, BenchResult)
    for pair in ((browser, result), (result, browser), (browser, browser)):
        with pytest.raises(DataError, match="browser"):
            compare(*pair, force=True)


def _words(plan: BenchmarkPlan, *more: str) -> list[str]:
    return ["bench", *map(str, plan.models), "--data", str(plan.data), "-o", str(plan.output), *more]


def test_the_command_prints_one_document_of_all_phones(
    page: Path,
    plan: BenchmarkPlan,
    whole: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    conforms: Callable[[Any], None],
) -> None:
    from edgesmith.benchmarks.browser import benchmark

    def comes(ready: Callable[[WebServer, Site, str], None]) -> None:
        defaults = {"progress": None, "ready": ready}
        monkeypatch.setattr(benchmark.bench_in_browsers, "__kwdefaults__", defaults)

    comes(Phones({"a": whole}, stop=True))
    assert main(_words(plan, "--device", "browser", "--port", "0", "--wait", "1", "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    conforms(document)
    assert [one["device"] for one in document["devices"]] == ["browser"]
    assert document["devices"][0]["result"]["browser"]["phone"] == "a"
    comes(lambda server, site, path: None)  # nobody, where nobody is waited for
    assert main(_words(plan, "--device", "browser", "--resume", "--wait", "0")) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("a:\n")
    assert "browser (WASM)" in printed


@pytest.mark.parametrize(
    "more",
    [
        ["--phones", "1"], ["--wait", "3"], ["--host", "0.0.0.0"], ["--port", "1"],
        ["--device", "browser", "--phones", "0"], ["--device", "browser", "--wait", "-1"], ["--device", "browser", "--wait", "nan"],
        ["--device", "browser", "local"], ["--device", "browser", "--history", "h"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_options_that_cannot_be_meant_are_refused(
    plan: BenchmarkPlan, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(_words(plan, *more)) == 1
    assert "tip:" in capsys.readouterr().err


def test_the_help_tells_of_it() -> None:
    assert "--device browser" in (command.__doc__ or "")
