from importlib.metadata import version
from pathlib import Path

import pytest

from edgesmith.cli import main
from edgesmith.cli.table import COMMANDS, help_text

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    "words",
    [
        ["-h"],
        ["--help"],
        ["help"],
        ["--help", "--help"],
        ["-h", "-h"],
        ["help", "help"],
        ["--help", "--json"],
    ],
    ids=" ".join,
)
def test_help_is_the_table(words: list[str], capsys: Capture) -> None:
    assert main(words) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (help_text(), "")


def test_alone_it_says_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "edgesmith.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    printed = capsys.readouterr()
    assert "edgesmith run edgesmith.toml" in printed.out
    assert printed.err == ""


def test_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"edgesmith {version('edgesmith')}\n"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("trian", "edgesmith: no command 'trian'\n  tip: did you mean `edgesmith train`?\n"),
        ("verfy", "edgesmith: no command 'verfy'\n  tip: did you mean `edgesmith verify`?\n"),
        ("xyz", "edgesmith: no command 'xyz'\n  tip: `edgesmith --help` lists the commands\n"),
        ("--verbose", "edgesmith: no command '--verbose'\n  tip: `edgesmith --help` lists the commands\n"),
    ],
)
def test_an_unknown_command_is_wrong_usage(word: str, message: str, capsys: Capture) -> None:
    assert main([word]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == message


@pytest.mark.parametrize(
    "words",
    [["help", "completion"], ["completion", "--help"], ["--help", "--json", "completion"]],
    ids=" ".join,
)
def test_help_of_one_command(words: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("examples:\n  edgesmith completion ")


def test_help_of_an_unknown_command(capsys: Capture) -> None:
    assert main(["help", "trian"]) == 2
    assert "did you mean `edgesmith train`?" in capsys.readouterr().err


def test_the_words_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("sys.argv", ["edgesmith", "nonsense"])
    assert main() == 2
    assert "no command 'nonsense'" in capsys.readouterr().err


def test_every_command_is_in_the_help() -> None:
    for name, (_, summary) in COMMANDS.items():
        assert f"  {name} " in help_text()
        assert summary in help_text()
