import builtins
import re
import shutil
import subprocess
from typing import Any

import pytest

from edgesmith.cli import main
from edgesmith.cli.table import COMMANDS

Capture = pytest.CaptureFixture[str]


def _script(shell: str, capsys: Capture) -> str:
    assert main(["completion", shell]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_every_command_and_its_options_are_completed(shell: str, capsys: Capture) -> None:
    script = _script(shell, capsys)
    pattern = r"_subparsers=\((.*)\)" if shell == "bash" else r"^ +([a-z]+):'"
    offered = " ".join(re.findall(pattern, script, flags=re.MULTILINE)).split()
    assert set(offered) >= set(COMMANDS)
    assert "--top" in script
    assert "ai-edge-litert" in script


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_shell_can_read_it(shell: str, capsys: Capture) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    finished = subprocess.run([program, "-n"], input=_script(shell, capsys), text=True, check=False)
    assert finished.returncode == 0


def test_bash_completes_a_command(capsys: Capture) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    ask = "\nCOMP_WORDS=(edgesmith ver); COMP_CWORD=1; _shtab_edgesmith; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
    finished = subprocess.run(
        [bash], input=_script("bash", capsys) + ask, capture_output=True, text=True, check=True
    )
    assert finished.stdout.split() == ["verify"]


def test_another_shell_is_wrong_usage(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["completion", "fish"])
    assert caught.value.code == 2
    assert "invalid choice: 'fish'" in capsys.readouterr().err


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
