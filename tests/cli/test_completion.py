"""The scripts in the shells themselves: installed as a user would, then asked what comes next."""

import builtins
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.cli import main
from edgesmith.cli.shells import SHELL_NAMES
from edgesmith.cli.table import COMMANDS

Capture = pytest.CaptureFixture[str]
Ask = Callable[[str], set[str]]

FILES = ("flowers-int8.tflite", "flowers-float32.onnx")
ZSH_SAYS_WHEN_IT_HAS_DONE = (
    "PS1='READY>'",
    "say_so() { print -n ' DONE> ' }",
    "zle -N say_so",
    "bindkey '^X' say_so",
)
SECONDS = 20.0  # a shell has so long to answer


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, a current folder with two model files, and `edgesmith` on the path, as fish asks for."""
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR", "ZDOTDIR"):
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "home"
    for name in ("bin", "work"):
        (folder / name).mkdir(parents=True)
    (folder / "bin" / "edgesmith").write_text("#!/bin/sh\n")
    (folder / "bin" / "edgesmith").chmod(0o755)
    for name in FILES:
        (folder / "work" / name).touch()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.chdir(folder / "work")
    return folder


def _program(shell: str) -> str:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    return program


def _ask_bash(line: str) -> set[str]:
    script = (
        "source ~/.local/share/bash-completion/completions/edgesmith\n"
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shtab_edgesmith; printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    words = line.split(" ")
    finished = subprocess.run(
        [_program("bash"), "-c", script, "bash", *words], capture_output=True, text=True, check=True
    )
    assert finished.stderr == ""
    return set(finished.stdout.split())


def _ask_fish(line: str) -> set[str]:
    finished = subprocess.run(
        [_program("fish"), "-c", 'complete -C "$argv[1]"', line], capture_output=True, text=True, check=True
    )
    assert finished.stderr == ""
    return {row.partition("\t")[0] for row in finished.stdout.splitlines()}


def _ask_zsh(line: str) -> set[str]:
    """What zsh shows for one press of tab: its completion works in a terminal only."""
    ours, its = pty.openpty()
    shell = subprocess.Popen(
        [_program("zsh"), "-d", "-i"], stdin=its, stdout=its, stderr=its, start_new_session=True
    )
    os.close(its)
    try:
        _read(ours, until=b"READY>")
        os.write(ours, line.encode() + b"\t\x18")
        shown = _read(ours, until=b"DONE>")
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)
    return set(re.split(r"\s+", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r|\x07", " ", shown)))


def _read(terminal: int, *, until: bytes) -> str:
    shown, end = b"", time.monotonic() + SECONDS
    while until not in shown:
        ready, _, _ = select.select([terminal], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"{until!r} did not come in {SECONDS:g} s after {shown!r}"
        shown += os.read(terminal, 65_536)
    return shown.decode(errors="replace")


@pytest.fixture(params=SHELL_NAMES)
def ask(request: pytest.FixtureRequest, home: Path, capsys: Capture) -> Ask:
    """Asks a shell, into which the script was installed, how a line goes on."""
    shell = request.param
    _program(shell)
    assert main(["completion", shell, "--install"]) == 0
    printed = capsys.readouterr().out
    assert str(home) in printed
    if shell == "zsh":  # what it is told to add
        lines = [line.strip() for line in printed.splitlines()[1:]]
        lines = [line.replace("compinit && compinit", "compinit && compinit -u -D") for line in lines]
        (home / ".zshrc").write_text("\n".join([*lines, *ZSH_SAYS_WHEN_IT_HAS_DONE, ""]))
    return {"bash": _ask_bash, "zsh": _ask_zsh, "fish": _ask_fish}[shell]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        pytest.param("edgesmith ver", {"verify"}, id="a command"),
        pytest.param("edgesmith predict --thr", {"--threads"}, id="an option"),
        pytest.param(
            "edgesmith convert x.keras --calibration-method m", {"minmax"}, id="a choice"
        ),
        pytest.param("edgesmith completion f", {"fish"}, id="a choice without an option"),
        pytest.param("edgesmith predict flowers-i", {"flowers-int8.tflite"}, id="a file"),
        pytest.param("edgesmith bench --data flowers-f", {"flowers-float32.onnx"}, id="a file of an option"),
    ],
)  # fmt: skip
def test_the_shell_completes(line: str, offered: set[str], ask: Ask) -> None:
    assert offered <= ask(line)


def test_the_shell_lists_every_choice(ask: Ask) -> None:
    engines = {"ai-edge-litert", "tflite-runtime", "tensorflow", "onnxruntime"}
    assert engines <= ask("edgesmith predict --engine ")


def _script(shell: str, capsys: Capture) -> str:
    assert main(["completion", shell]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


@pytest.mark.parametrize("shell", SHELL_NAMES)
def test_every_command_is_in_what_a_pipe_gets(shell: str, home: Path, capsys: Capture) -> None:
    pattern = {
        "bash": r"_subparsers=\((.*)\)",
        "zsh": r"^ +([a-z]+):'",
        "fish": r"_commands (.*)$",
    }[shell]
    offered = " ".join(re.findall(pattern, _script(shell, capsys), flags=re.MULTILINE))
    assert set(re.findall(r"[a-z]+", offered)) >= set(COMMANDS)
    assert sorted(path.name for path in home.iterdir()) == ["bin", "work"]


@pytest.mark.parametrize("shell", SHELL_NAMES)
def test_the_shell_can_read_it(shell: str, capsys: Capture) -> None:
    program = _program(shell)
    finished = subprocess.run([program, "-n"], input=_script(shell, capsys), text=True, check=False)
    assert finished.returncode == 0


@pytest.mark.parametrize("option", ["--install", "--print", None])
def test_on_a_terminal_it_is_installed(
    option: str | None, home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["completion", "fish", *([option] if option else [])]) == 0
    installed = home / ".config/fish/completions/edgesmith.fish"
    assert installed.is_file() is (option != "--print")
    printed = capsys.readouterr().out
    if option == "--print":
        assert printed.startswith("# AUTOMATICALLY GENERATED")
    else:
        assert printed == f"{installed}: written; shells load it by themselves\n"


def test_a_place_that_cannot_be_made(home: Path, capsys: Capture) -> None:
    (home / ".zfunc").touch()
    assert main(["completion", "zsh", "--install"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert ".zfunc': File exists\n  tip: `edgesmith completion zsh --print > FILE`" in printed.err


def test_another_shell_is_wrong_usage(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["completion", "tcsh"])
    assert caught.value.code == 2
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err


def test_without_shtab(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name == "shtab":
            raise ModuleNotFoundError("No module named 'shtab'", name="shtab")
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["completion", "bash"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "pip install 'edgesmith[completion]'" in printed.err
