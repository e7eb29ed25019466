import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from edgesmith.cli.table import COMMANDS

Install = Callable[[Callable[..., Any]], None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a command `fake` into the table; it has one option, `--number`, and runs the given function."""

    def put(run: Callable[..., Any]) -> None:
        module = types.ModuleType("fake_command", "Pretend.\n\nExamples:\n  edgesmith fake --number 3\n")
        module.add_arguments = lambda parser: parser.add_argument("--number", type=int)  # type: ignore[attr-defined]  # a module made here
        module.run = run  # type: ignore[attr-defined]  # as above
        monkeypatch.setitem(sys.modules, "fake_command", module)
        monkeypatch.setitem(COMMANDS, "fake", ("fake_command", "pretend"))

    return put
