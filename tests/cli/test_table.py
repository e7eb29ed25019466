import argparse
import importlib
import shlex
import subprocess
import sys

import pytest

from edgesmith.cli.parts import parser_of
from edgesmith.cli.table import COMMANDS, help_text, suggestion


@pytest.mark.parametrize("name", COMMANDS)
class TestEveryCommand:
    def test_has_the_two_functions_and_a_description(self, name: str) -> None:
        module = importlib.import_module(COMMANDS[name][0])
        assert callable(module.add_arguments)
        assert callable(module.run)
        assert parser_of(name).description

    def test_its_help_begins_with_three_examples(self, name: str) -> None:
        first, *lines = parser_of(name).format_help().splitlines()
        assert first == "examples:"
        assert [line.startswith(f"  edgesmith {name}") for line in lines[:3]] == [True] * 3
        assert lines[4].startswith(f"usage: edgesmith {name} ")

    def test_its_examples_parse(self, name: str) -> None:
        parser = parser_of(name)
        assert len(set(parser.examples)) == len(parser.examples) >= 3
        for example in parser.examples:
            # Of another command, an example may show what comes next.
            program, command, *words = shlex.split(example.partition(" > ")[0], comments=True)
            assert program == "edgesmith"
            assert isinstance(parser_of(command).parse_args(words), argparse.Namespace)

    def test_its_help_shows_description_and_options(self, name: str) -> None:
        text = parser_of(name).format_help()
        assert str(importlib.import_module(COMMANDS[name][0]).__doc__).splitlines()[0] in text
        assert "\n  -h, --help " in text

    def test_its_line_fits_a_terminal(self, name: str) -> None:
        line = next(line for line in help_text().splitlines() if line.startswith(f"  {name} "))
        assert len(line) <= 80


def test_all_options_are_listed_without_heavy_imports() -> None:
    code = "import sys; from edgesmith.cli.completion import _parser_of_all; _parser_of_all(); print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(finished.stdout.split())
    assert {module for module, _ in COMMANDS.values()} <= loaded
    assert not {"tensorflow", "keras", "onnx", "matplotlib", "onnxruntime", "ai_edge_litert"} & loaded


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("trian", "did you mean `edgesmith train`?"),
        ("benhc", "did you mean `edgesmith bench`?"),
        ("qqq", "`edgesmith --help` lists the commands"),
        ("", "`edgesmith --help` lists the commands"),
    ],
)
def test_suggestion(word: str, expected: str) -> None:
    assert suggestion(word) == expected
