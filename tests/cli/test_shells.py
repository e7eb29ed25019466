from pathlib import Path

import pytest

from edgesmith.cli.shells import SHELL_NAMES, ShellName, installation


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR", "ZDOTDIR"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("shell", "file"),
    [
        ("bash", ".local/share/bash-completion/completions/edgesmith"),
        ("zsh", ".zfunc/_edgesmith"),
        ("fish", ".config/fish/completions/edgesmith.fish"),
    ],
)
def test_where_each_shell_looks(shell: ShellName, file: str, home: Path) -> None:
    assert installation(shell).file == home / file


@pytest.mark.parametrize(
    ("shell", "variable", "file"),
    [
        ("bash", "XDG_DATA_HOME", "bash-completion/completions/edgesmith"),
        ("bash", "BASH_COMPLETION_USER_DIR", "completions/edgesmith"),
        ("zsh", "ZDOTDIR", ".zfunc/_edgesmith"),
        ("fish", "XDG_CONFIG_HOME", "fish/completions/edgesmith.fish"),
    ],
)
def test_the_shells_own_variables_are_heeded(
    shell: ShellName, variable: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/somewhere/else")
    assert installation(shell).file == Path("/somewhere/else") / file


@pytest.mark.parametrize(("startup", "lines"), [(None, 2), ("alias ll='ls -l'", 2), ("fpath+=(~/.zfunc)", 0)])
def test_zsh_is_told_of_its_folder_once(startup: str | None, lines: int, home: Path) -> None:
    if startup is not None:
        (home / ".zshrc").write_text(startup)
    assert len(installation("zsh").lines) == lines


@pytest.mark.parametrize("shell", SHELL_NAMES)
def test_a_home_with_a_space_is_quoted(shell: ShellName, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/my self")
    assert all("'/home/my self/" in line for line in installation(shell).lines if "/home" in line)
