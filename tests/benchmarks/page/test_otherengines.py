"""The benchmark's page in Firefox and in WebKitGTK: nobody presses a button, and the answers come by POST as a phone's."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from tests.benchmarks.page.receiver import Receiver, running
from tests.benchmarks.page.visiting import address, bench_receiver

pytestmark = pytest.mark.slow

SECONDS = 120
# What keeps a Firefox of its own from asking, updating and telling.
FIREFOX_PREFERENCES = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
user_pref("app.update.disabledForTesting", true);
user_pref("app.normandy.enabled", false);
"""


def _firefox(folder: Path, url: str) -> tuple[list[str], dict[str, str]]:
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        pytest.skip("no Firefox here; `apt-get install firefox-esr` brings it")
    (folder / "user.js").write_text(FIREFOX_PREFERENCES)
    return [found, "--headless", "--no-remote", "--profile", str(folder), url], {}


def _webkit(folder: Path, url: str) -> tuple[list[str], dict[str, str]]:
    browsers = sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.*/MiniBrowser"))
    if not browsers or shutil.which("xvfb-run") is None or shutil.which("dbus-run-session") is None:
        pytest.skip("no WebKitGTK here; `apt-get install webkit2gtk-driver xvfb dbus` brings it")
    # Containers lack the namespaces of WebKit's sandbox; the page is our own.
    settings = {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "JSC_useSharedArrayBuffer": "1"}
    return ["xvfb-run", "-a", "dbus-run-session", "--", str(browsers[0]), url], {
        **settings,
        "HOME": str(folder),
    }


def _visit(receiver: Receiver, words: Sequence[str], environment: dict[str, str]) -> None:
    """Run a browser until the page has said that it is done."""
    with subprocess.Popen(
        words,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as browser:
        end = time.monotonic() + SECONDS
        while not receiver.of_type("done") and time.monotonic() < end and browser.poll() is None:
            time.sleep(0.2)
        with suppress(ProcessLookupError):  # it has ended by itself, which the next line tells
            os.killpg(browser.pid, signal.SIGTERM)
    assert receiver.of_type("done"), receiver.of_type("failed") or receiver.requested


@pytest.mark.parametrize("start", [_firefox, _webkit], ids=["firefox", "webkitgtk"])
def test_int8_answers_are_identical(
    start: Callable[[Path, str], tuple[list[str], dict[str, str]]], deployed: Path, tmp_path: Path
) -> None:
    pytest.importorskip("edgesmith_page", reason="the pages are not built here: `make page`")
    receiver = bench_receiver(
        [deployed / name for name in ("colours-int8.tflite", "colours-float32.tflite", "colours-int8.onnx")]
    )
    with running(receiver) as site:
        _visit(receiver, *start(tmp_path, address(site, name="another")))
    assert receiver.of_type("failed") == []
    judged = {(event["model"], event["threads"]): event["verdict"] for event in receiver.of_type("golden")}
    assert {verdict for (model, _), verdict in judged.items() if model != 1} == {"identical"}
    assert {verdict for (model, _), verdict in judged.items() if model == 1} <= {"identical", "within"}
    (hello,) = receiver.of_type("hello")
    litert = hello["engine"]["litert"]["build"] == "threaded"  # WebKit has no relaxed SIMD
    for model, threaded in enumerate((litert, litert, hello["shared_array_buffer"])):
        assert {threads for index, threads in judged if index == model} == ({1, 2} if threaded else {1})
