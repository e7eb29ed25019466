"""benchmarks/serve/load.py: it measures, and it sees crossed and lost answers."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from serve import clients, load
from serve.bare import Picture, read_pictures
from serve.clients import Tally

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "serve" / "load.py"
RIGHT = [{"label": "red", "score": 0.5, "index": 0}]


@pytest.fixture
def photos(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    for colour in ("red", "lime", "blue", "orange"):
        (tmp_path / f"{colour}.png").write_bytes(picture(colour, size=(64, 48)))
    return tmp_path


def test_pictures_come_with_their_answers(models: dict[str, Path], photos: Path) -> None:
    pictures = read_pictures(models["float tflite"], photos, side=32, count=4)
    assert sorted(picture.best[0][0] for picture in pictures) == ["blue", "green", "red", "red"]
    assert all(picture.jpeg.startswith(b"\xff\xd8") for picture in pictures)


@pytest.mark.parametrize(
    ("answer", "status", "found"),
    [
        (RIGHT, 200, "answered"),
        ([{**RIGHT[0], "label": "blue"}], 200, "crossed"),
        ([{**RIGHT[0], "score": 0.4999}], 200, "crossed"),
        (RIGHT, 429, "refused"),
    ],
    ids=["right", "another label", "another score", "refused"],
)
def test_what_the_clients_see(
    running: Callable[..., Any], answer: list[dict[str, Any]], status: int, found: str
) -> None:
    async def answering(_: Request) -> Response:
        return JSONResponse({"top": answer}, status_code=status)

    tally = Tally()
    with running(Starlette(routes=[Route("/classify", answering, methods=["POST"])])) as site:
        pictures = [Picture(jpeg=b"x", best=(("red", 0.5),))]
        asyncio.run(clients.load(site.url("/classify"), pictures, tally, clients=1, seconds=0.3))
    assert (tally.crossed > 0, tally.refused > 0) == (found == "crossed", found == "refused")
    assert bool(tally.latencies) is (status == 200)


def test_answers_that_do_not_come_are_lost() -> None:
    tally = Tally()
    pictures = [Picture(jpeg=b"x", best=())]
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # nobody else's port, and nobody listens there
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/classify"
        asyncio.run(clients.load(address, pictures, tally, clients=1, seconds=0.3))
    assert tally.lost > 0


@pytest.mark.slow
def test_the_whole(models: dict[str, Path], photos: Path) -> None:
    words = [str(models["float tflite"]), str(photos), "--seconds", "1", "--slices", "1", "--clients", "4"]
    finished = subprocess.run(
        [sys.executable, str(SCRIPT), *words], capture_output=True, text=True, check=True, timeout=150
    )
    document = json.loads(finished.stdout)
    assert (document["lost"], document["crossed"], document["server_exit_code"]) == (0, 0, 0)
    assert len(document["bare_slices"]) == 2
    assert document["serve_slices"][0]["answered"] > 0
    assert document["ratio"]["median"] > 0


def test_fewer_pictures_than_clients(
    models: dict[str, Path], photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["load.py", str(models["float tflite"]), str(photos), "--clients", "5"])
    with pytest.raises(SystemExit) as raised:
        load.main()
    assert raised.value.code == 2
    assert "5 clients post pictures of their own; there are 4" in capsys.readouterr().err
