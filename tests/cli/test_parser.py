import argparse

import pytest

from edgesmith.cli.parser import CommandParser, split_examples

Capture = pytest.CaptureFixture[str]

DOCUMENTATION = """Do it.

How it does it:

  indented   stays

Examples:
  edgesmith do a
  edgesmith do b --top 3 > b.json

More of how.
"""


@pytest.mark.parametrize(
    ("documentation", "prose", "examples"),
    [
        pytest.param(
            DOCUMENTATION,
            "Do it.\n\nHow it does it:\n\n  indented   stays\n\nMore of how.",
            ("edgesmith do a", "edgesmith do b --top 3 > b.json"),
            id="amid prose",
        ),
        pytest.param("Do it.\n\nexamples:\n  one\n", "Do it.", ("one",), id="at the end"),
        pytest.param("Do it.\n", "Do it.", (), id="none"),
    ],
)
def test_examples_are_taken_out(documentation: str, prose: str, examples: tuple[str, ...]) -> None:
    assert split_examples(documentation) == (prose, examples)


def _parser(count: int) -> CommandParser:
    examples = tuple(f"edgesmith do {number}" for number in range(count))
    parser = CommandParser("edgesmith do", description="Do it.", examples=examples)
    parser.add_argument("--top", type=int)
    return parser


def test_three_examples_come_first_and_the_others_last() -> None:
    text = _parser(5).format_help()
    assert text.startswith(
        "examples:\n  edgesmith do 0\n  edgesmith do 1\n  edgesmith do 2\n\nusage: edgesmith do"
    )
    assert text.index("usage:") < text.index("Do it.") < text.index("  --top")
    assert text.endswith("\nmore examples:\n  edgesmith do 3\n  edgesmith do 4\n")


@pytest.mark.parametrize(("count", "headings"), [(0, 0), (3, 1), (4, 2)])
def test_no_heading_stands_alone(count: int, headings: int) -> None:
    assert _parser(count).format_help().count("examples:") == headings


def test_wrong_usage_ends_in_the_command_that_helps(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        _parser(3).parse_args(["--top", "x"])
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("usage: edgesmith do")
    assert printed.err.endswith(
        "edgesmith do: error: argument --top: invalid int value: 'x'\n"
        "  tip: `edgesmith do --help` begins with examples\n"
    )


def test_it_is_a_parser_of_argparse() -> None:
    assert _parser(3).parse_args(["--top", "3"]) == argparse.Namespace(top=3)
