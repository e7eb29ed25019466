"""Programs that end well, badly, or are not there."""

import sys
from pathlib import Path

import pytest
from release.failure import ReleaseError
from release.programs import ended_program, output_of


def test_what_it_said_where_and_with_what(tmp_path: Path) -> None:
    program = "import os; print(os.getcwd(), os.environ['WORD'])"
    said = output_of([sys.executable, "-c", program], folder=tmp_path, variables={"WORD": "one"})
    assert said.decode() == f"{tmp_path} one\n"


def test_one_that_fails_is_told_with_all_it_said() -> None:
    program = "import sys; print('this'); sys.exit('that')"
    with pytest.raises(ReleaseError, match=r"^python\S* -c (.|\n)*: this\nthat$"):
        output_of([sys.executable, "-c", program])


def test_its_code_may_mean_something() -> None:
    assert ended_program([sys.executable, "-c", "raise SystemExit(3)"]).returncode == 3


def test_one_that_is_not_there_is_named() -> None:
    with pytest.raises(ReleaseError, match="ssh-keygone is not installed"):
        output_of(["ssh-keygone", "-Y", "sign"])
