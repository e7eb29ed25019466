import argparse
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.cli import main
from edgesmith.runtime.errors import DataError, EdgesmithError, GateError, MissingExtraError

Capture = pytest.CaptureFixture[str]
Install = Callable[[Callable[..., Any]], None]


def _raise(error: BaseException) -> Callable[..., int]:
    def run(arguments: argparse.Namespace) -> int:
        raise error

    return run


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_commands_own_code(code: int, install: Install) -> None:
    install(lambda arguments: code)
    assert main(["fake"]) == code


def test_arguments_are_parsed(install: Install, capsys: Capture) -> None:
    install(lambda arguments: sys.stdout.write(f"{arguments.number}\n") * 0)
    main(["fake", "--number", "7"])
    assert capsys.readouterr().out == "7\n"


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        pytest.param(EdgesmithError("bad"), 1, "edgesmith fake: bad\n", id="without a tip"),
        pytest.param(
            DataError("bad", tip="mend it"), 1, "edgesmith fake: bad\n  tip: mend it\n", id="with a tip"
        ),
        pytest.param(GateError("too low"), 3, "edgesmith fake: too low\n", id="a gate"),
        pytest.param(
            MissingExtraError("shtab", extra="completion"),
            1,
            "edgesmith fake: the package 'shtab' is not installed\n"
            "  tip: pip install 'edgesmith[completion]' brings it\n",
            id="a missing extra",
        ),
        pytest.param(
            ModuleNotFoundError("No module named 'numpy'", name="numpy"),
            1,
            "edgesmith fake: the package 'numpy' is not installed\n  tip: pip install 'numpy>=1.24'\n",
            id="no numpy",
        ),
        pytest.param(
            DataError("no '\x1b[2Ja\nb'", tip="not \x1b"),
            1,
            "edgesmith fake: no '\\x1b[2Ja\\nb'\n  tip: not \\x1b\n",
            id="a name that a terminal would obey",
        ),
        pytest.param(
            DataError("2 differ", tip="look", details=["fit:", "  a\x1b", "  b\nc"]),
            1,
            "edgesmith fake: 2 differ\n  fit:\n    a\\x1b\n    b\\nc\n  tip: look\n",
            id="details, a line each",
        ),
        pytest.param(KeyboardInterrupt(), 130, "edgesmith: interrupted\n", id="Ctrl-C"),
    ],
)
def test_errors_become_text_and_a_code(
    error: BaseException, code: int, text: str, install: Install, capsys: Capture
) -> None:
    install(_raise(error))
    assert main(["fake"]) == code
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", text)


@pytest.mark.parametrize("error", [ValueError("a defect"), OSError(5, "x"), AssertionError()], ids=repr)
def test_the_unexpected_keeps_its_traceback(error: Exception, install: Install) -> None:
    install(_raise(error))
    with pytest.raises(type(error)) as caught:
        main(["fake"])
    assert caught.value is error


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--number"], "expected one argument"),
        (["--number", "x"], "invalid int value: 'x'"),
        (["--colour"], "unrecognized arguments: --colour"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage(words: list[str], message: str, install: Install, capsys: Capture) -> None:
    install(lambda arguments: pytest.fail("it ran"))
    with pytest.raises(SystemExit) as caught:
        main(["fake", *words])
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("usage: edgesmith fake")
    assert message in printed.err


def test_help_is_the_docstring(install: Install, capsys: Capture) -> None:
    install(lambda arguments: 0)
    with pytest.raises(SystemExit) as caught:
        main(["fake", "--help"])
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    assert printed.startswith("examples:\n  edgesmith fake --number 3\n\nusage: edgesmith fake")
    assert "\nPretend.\n" in printed


def test_an_interrupted_import_is_said_too(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("importlib.import_module", _raise(KeyboardInterrupt()))
    assert main(["predict"]) == 130
    assert capsys.readouterr().err == "edgesmith: interrupted\n"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_what_the_terminal_cannot_show_is_escaped(
    encoding: str, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stream, encoding))
    install(lambda arguments: sys.stdout.write("Blüte \udcff\n") * 0)
    main(["fake"])
    assert stream.getvalue() == ("Blüte" if encoding == "utf-8" else "Bl\\xfcte").encode() + b" \\udcff\n"


def test_a_reader_that_leaves_is_no_error() -> None:
    code = "from edgesmith.cli import dispatch, table; import sys, types\n"
    code += "class Talker:\n    add_arguments = staticmethod(lambda parser: None)\n"
    code += "    run = staticmethod(lambda _: [print('x' * 99) for _ in range(9999)] and 0)\n"
    code += "sys.modules['talker'] = Talker; table.COMMANDS['talk'] = ('talker', '')\n"
    code += "sys.exit(dispatch.run_command('talk', []))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_a_closed_stdout() -> None:
    code = "from edgesmith.cli import dispatch; import sys\n"
    code += "sys.exit(dispatch.guarded('talk', lambda: sys.stdout.write('x') and 3))"
    finished = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, code], stderr=subprocess.PIPE, check=False
    )
    assert (finished.returncode, finished.stderr) == (3, b"")


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("count", [1, 99_999], ids=["at the end", "on the way"])
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_full_disk_under_stdout(unbuffered: str, count: int) -> None:
    code = "from edgesmith.cli import dispatch, table; import sys\n"
    code += "class Talker:\n    add_arguments = staticmethod(lambda parser: None)\n"
    code += f"    run = staticmethod(lambda _: print('x' * {count}) or 0)\n"
    code += "sys.modules['talker'] = Talker; table.COMMANDS['talk'] = ('talker', '')\n"
    code += "sys.exit(dispatch.run_command('talk', []))"
    with FULL.open("w") as full:
        finished = subprocess.run(
            [sys.executable, "-c", code],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert (finished.returncode, finished.stderr) == (
        1,
        "edgesmith talk: cannot write to stdout: No space left on device\n  tip: check the free space there\n",
    )


def test_a_closed_stderr() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" -m edgesmith inspect gone.tflite 2>&-', sys.executable],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")
