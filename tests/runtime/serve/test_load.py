"""benchmarks/serve/load.py: it measures, and it sees crossed and lost answers."""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from serve import load
from serve.bare import Picture, read_pictures

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

    tally = load.Tally()
    arguments = argparse.Namespace(seconds=0.1, clients=1)
    with running(Starlette(routes=[Route("/classify", answering, methods=["POST"])])) as site:
        pictures = [Picture(jpeg=b"x", best=(("red", 0.5),))]
        asyncio.run(load.load(site.url("/classify"), pictures, arguments, tally))
    assert (tally.crossed > 0, tally.refused > 0) == (found == "crossed", found == "refused")
    assert bool(tally.latencies) is (status == 200)


def test_answers_that_do_not_come_are_lost() -> None:
    tally = load.Tally()
    arguments = argparse.Namespace(seconds=0.05, clients=1)
    pictures = [Picture(jpeg=b"x", best=())]
    asyncio.run(load.load("http://127.0.0.1:9/classify", pictures, arguments, tally))
    assert tally.lost > 0


@pytest.mark.slow
def test_the_whole(models: dict[str, Path], photos: Path) -> None:
    words = [str(models["float tflite"]), str(photos), "--seconds", "1", "--slices", "1", "--clients", "4"]
    began = time.monotonic()
    finished = subprocess.run(
        [sys.executable, str(SCRIPT), *words], capture_output=True, text=True, check=True, timeout=200
    )
    document = json.loads(finished.stdout)
    assert (document["lost"], document["crossed"], document["server_exit_code"]) == (0, 0, 0)
    assert len(document["bare_slices"]) == 2
    assert document["serve_slices"][0]["answered"] > 0
    assert document["ratio"]["median"] > 0
    assert time.monotonic() - began < 150
