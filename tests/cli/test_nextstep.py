import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from edgesmith.cli.nextstep import next_steps, next_text
from edgesmith.cli.parts import parser_of
from edgesmith.cli.surroundings import Surroundings

PHOTOS, RUN = Path("photos"), Path("runs/flowers")
MODELS = (Path("deploy/flowers/flowers-int8.onnx"), Path("deploy/flowers/flowers-int8.tflite"))

SITUATIONS = [
    pytest.param(Surroundings(), "edgesmith demo", id="nothing"),
    pytest.param(Surroundings(photos=(PHOTOS,)), "edgesmith check photos", id="photos"),
    pytest.param(
        Surroundings(photos=(PHOTOS,), unfinished=(RUN,)),
        "edgesmith train photos -o runs/flowers --resume",
        id="a broken training",
    ),
    pytest.param(
        Surroundings(photos=(PHOTOS,), settings=Path("edgesmith.toml"), runs=(RUN,)),
        "edgesmith run edgesmith.toml",
        id="settings",
    ),
    pytest.param(
        Surroundings(photos=(PHOTOS,), runs=(RUN,)),
        "edgesmith convert runs/flowers -o deploy/flowers",
        id="a RUN",
    ),
    pytest.param(
        Surroundings(runs=(RUN, Path("runs/better")), deployed=MODELS),
        "edgesmith convert runs/better -o deploy/better",
        id="a RUN beside a converted one",
    ),
    pytest.param(
        Surroundings(runs=(RUN,), deployed=MODELS),
        "edgesmith bench deploy/flowers --data runs/flowers",
        id="a DEPLOY",
    ),
    pytest.param(
        Surroundings(deployed=MODELS), "edgesmith bench deploy/flowers --data photos", id="a DEPLOY by itself"
    ),
    pytest.param(
        Surroundings(runs=(RUN,), deployed=MODELS, benchmarks=(Path("bench"),)),
        "edgesmith bundle deploy/flowers -o edge.pyz",
        id="a benchmark",
    ),
    pytest.param(
        Surroundings(models=(Path("a.tflite"),)), "edgesmith verify a.tflite", id="a device's folder"
    ),
    pytest.param(
        Surroundings(photos=(Path("-my photos"),)), "edgesmith check './-my photos'", id="a name to be quoted"
    ),
]


@pytest.mark.parametrize(("found", "command"), SITUATIONS)
def test_the_next_command(found: Surroundings, command: str) -> None:
    assert next_steps(found)[0].command == command


@pytest.mark.parametrize(("found", "_"), SITUATIONS)
def test_every_step_can_be_typed(found: Surroundings, _: str) -> None:
    for step in next_steps(found):
        program, name, *words = shlex.split(step.command)
        assert program == "edgesmith"
        parser_of(name).parse_args(words)


@pytest.mark.parametrize(("found", "command"), SITUATIONS)
def test_the_text_is_short_and_fits(found: Surroundings, command: str) -> None:
    lines = next_text(found).splitlines()
    assert len(lines) <= 14
    assert max(map(len, lines)) <= 110
    assert f"  {command}  " in next_text(found)
    assert lines[-1].startswith("`edgesmith --help`")


def test_what_is_here_is_named() -> None:
    text = next_text(Surroundings(photos=(PHOTOS,), unfinished=(RUN,), benchmarks=(Path("bench"),)))
    assert (
        "here:\n  photos: photos by class\n"
        "  runs/flowers: a training that was broken off\n"
        "  bench: a benchmark, with report.html\n" in text
    )
    assert "neither photos nor models" in next_text(Surroundings())


def test_only_some_of_many_are_named() -> None:
    assert (
        next_text(Surroundings(photos=tuple(Path(f"p{n}") for n in range(9)))).count("photos by class") == 3
    )


def test_a_run_is_never_put_among_the_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flowers").mkdir()
    monkeypatch.chdir(tmp_path / "flowers")
    assert next_steps(Surroundings(photos=(Path(),)))[-1].command == "edgesmith train . -o ../runs/flowers"


def test_a_name_that_a_terminal_would_obey() -> None:
    assert "\x1b" not in next_text(Surroundings(photos=(Path("a\x1b[2J"),)))


def test_it_needs_neither_numpy_nor_pillow(tmp_path: Path) -> None:
    code = "import sys; from edgesmith.cli import main; main([]); print(*sys.modules)"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert not {"numpy", "PIL", "edgesmith.runtime"} & set(finished.stdout.split())
