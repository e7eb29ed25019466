import argparse
import importlib
import re
import subprocess
import sys

import pytest

from edgesmith.cli.dispatch import build_parser
from edgesmith.cli.table import COMMANDS, help_text, suggestion


@pytest.mark.parametrize("name", COMMANDS)
class TestEveryCommand:
    def test_has_the_two_functions_and_examples(self, name: str) -> None:
        module = importlib.import_module(COMMANDS[name][0])
        assert callable(module.add_arguments)
        assert callable(module.run)
        documentation = str(module.__doc__)
        examples = re.split(r"^examples:$", documentation, flags=re.IGNORECASE | re.MULTILINE)
        assert len(examples) == 2, "one line `examples:`"
        assert f"\n  edgesmith {name}" in examples[1]

    def test_examples_parse(self, name: str) -> None:
        module = importlib.import_module(COMMANDS[name][0])
        parser = build_parser(name, module)
        lines = re.findall(rf"^  edgesmith {name}\b(.*)$", str(module.__doc__), flags=re.MULTILINE)
        parsed = [parser.parse_args(line.partition(">")[0].split()) for line in lines]
        assert len(parsed) >= 1
        assert all(isinstance(arguments, argparse.Namespace) for arguments in parsed)

    def test_its_help_shows_description_and_options(self, name: str) -> None:
        module = importlib.import_module(COMMANDS[name][0])
        text = build_parser(name, module).format_help()
        assert text.startswith(f"usage: edgesmith {name}")
        assert str(module.__doc__).splitlines()[0] in text

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
    [("trian", "; did you mean 'train'?"), ("benhc", "; did you mean 'bench'?"), ("qqq", ""), ("", "")],
)
def test_suggestion(word: str, expected: str) -> None:
    assert suggestion(word) == expected
