"""Every example says what it is for, is short, is listed, and has a test."""

import ast
import re
import shlex
from pathlib import Path

import pytest

from edgesmith.cli.parts import parser_of

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted([*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.sh")])


def test_there_are_six() -> None:
    assert len(PROGRAMS) == 6


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
class TestEveryExample:
    def test_it_begins_with_what_it_does_what_to_install_and_how_to_run_it(self, program: Path) -> None:
        text = program.read_text()
        head = ast.get_docstring(ast.parse(text)) if program.suffix == ".py" else text.partition("set -eu")[0]
        assert head is not None
        assert re.search(r"Install: +pip install 'edgesmith\[[a-z,]+\]'", head)
        assert re.search(rf"Run: .*{program.stem}", head)

    def test_it_is_short(self, program: Path) -> None:
        assert 20 <= len(program.read_text().splitlines()) <= 75

    def test_it_is_listed_and_tested(self, program: Path) -> None:
        assert f"[{program.name}]({program.name})" in (EXAMPLES / "README.md").read_text()
        assert (Path(__file__).parent / f"test_{program.stem}.py").is_file()

    def test_it_uses_the_public_interface_only(self, program: Path) -> None:
        if program.suffix != ".py":
            return
        for node in ast.walk(ast.parse(program.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("edgesmith"):
                public = {"runtime", "runtime.streams", "train", "convert", "benchmarks"}
                assert str(node.module).removeprefix("edgesmith.") in public

    def test_the_commands_that_it_names_parse(self, program: Path) -> None:
        for line in re.findall(r"^(?:Run:)? +(edgesmith [a-z].*)$", program.read_text(), re.MULTILINE):
            _, name, *words = shlex.split(line)
            parser_of(name).parse_args(words)
