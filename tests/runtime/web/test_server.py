import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from edgesmith.runtime.web.server import WebServer
from edgesmith.runtime.web.site import open_site

HELLO = PlainTextResponse("hello")


def test_https_with_the_own_certificate(
    running: Callable[..., Any], ask: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path))
    with running(HELLO, "0.0.0.0") as site:
        assert ask(site, "/")[2] == b"hello", "the client trusts this certificate alone, and checks its names"


def test_it_answers_while_it_drains(ask: Callable[..., Any]) -> None:
    drained, draining = threading.Event(), threading.Event()

    async def drain() -> None:
        draining.set()
        while not drained.is_set():
            await asyncio.sleep(0.01)

    with open_site(None, 0) as site:
        up = threading.Event()
        server = WebServer(HELLO, site, ready=up.set, drain=drain)
        thread = threading.Thread(
            target=server.run_at_site, daemon=True
        )  # where the test fails, nobody stops it
        thread.start()
        assert up.wait(10)
        server.stop()
        assert draining.wait(10)
        assert ask(site, "/")[0] == 200
        drained.set()
        thread.join(10)
        with pytest.raises(ConnectionRefusedError):
            ask(site, "/")


def test_draining_ends(ask: Callable[..., Any], running: Callable[..., Any]) -> None:
    async def never() -> None:
        await asyncio.sleep(3600)

    began = time.monotonic()
    with running(HELLO, drain=never, drain_seconds=0.2):
        pass
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_signals_end_it_well(number: signal.Signals) -> None:
    code = """
from starlette.responses import PlainTextResponse
from edgesmith.runtime.web.server import serve_until_stopped
from edgesmith.runtime.web.site import open_site
with open_site(None, 0) as site:
    serve_until_stopped(PlainTextResponse("hello"), site, ready=lambda: print("ready", flush=True))
print("ended")
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, number)
        assert process.stdout.read() == "ended\n"
        assert process.wait(10) == 0
