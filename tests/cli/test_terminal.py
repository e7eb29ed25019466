import subprocess
import sys

import pytest

from edgesmith.cli.terminal import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("photos/tulip 1.jpg", "photos/tulip 1.jpg", id="plain"),
        pytest.param("\x1b[2J\x1b[31mred.jpg", r"\x1b[2J\x1b[31mred.jpg", id="escape sequences"),
        pytest.param("\x9b2Jred.jpg", r"\x9b2Jred.jpg", id="an escape sequence of one character"),
        pytest.param("a.jpg\nb.jpg: cat 99 %", r"a.jpg\nb.jpg: cat 99 %", id="a second line"),
        pytest.param("a\rb\x08\x7f\t", r"a\rb\x08\x7f\t", id="the cursor"),
        pytest.param("a\u2028b\u2029", r"a\u2028b\u2029", id="line separators"),
        pytest.param("a\u202egpj.exe\u2066", r"a\u202egpj.exe\u2066", id="turned about"),
        pytest.param("a\udce9.jpg", r"a\udce9.jpg", id="no text"),
        pytest.param("Blüte\xa0花 \U0001f337", "Blüte\xa0花 \U0001f337", id="letters of all kinds"),
        pytest.param(
            "\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e", id="joiners, which scripts need"
        ),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert one_line(text) == shown


_REPORT = "from edgesmith.cli.terminal import open_missing_streams; open_missing_streams(); import os, sys; "


@pytest.mark.parametrize(
    ("closed", "code"),
    [
        ("2>&-", "print('said', file=sys.stderr); print(os.open(os.devnull, 0) > 2)"),
        ("<&- 2>&-", "print('said', file=sys.stderr); print(os.open(os.devnull, 0) > 2)"),
        (">&-", "print('said'); sys.stderr.write(f'{os.open(os.devnull, 0) > 2}\\n')"),
    ],
)
def test_closed_streams(closed: str, code: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, _REPORT + code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "True\n")
