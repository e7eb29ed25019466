"""Every error that edgesmith raises for its user says what to do about it. Read from the source, so that none is missed."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from edgesmith.runtime import errors

REPOSITORY = Path(__file__).parents[2]
ROOTS = ("runtime", "train", "convert", "benchmarks/edgesmith")
DOCUMENTED = {name for name, kind in vars(errors).items() if isinstance(kind, type)}


@cache
def _modules() -> dict[Path, ast.Module]:
    files = (file for root in ROOTS for file in sorted((REPOSITORY / root).rglob("*.py")))
    return {file: ast.parse(file.read_text()) for file in files if file.name != "errors.py"}


def _of_ours(module: ast.Module) -> Iterator[ast.ClassDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and {_name(base) for base in node.bases} & DOCUMENTED:
            yield node


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _messages(module: ast.Module) -> Iterator[ast.Call]:
    """The calls that make an error with a message, in a class of its own (`super().__init__`) too."""
    kinds = DOCUMENTED - {"MissingExtraError"}  # words its tip itself
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _name(node.func) in kinds:
            yield node
    for kind in _of_ours(module):
        for node in ast.walk(kind):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
                yield node


def _has_tip(call: ast.Call) -> bool:
    tips = [keyword.value for keyword in call.keywords if keyword.arg == "tip"]
    return bool(tips) and not (isinstance(tips[0], ast.Constant) and not tips[0].value)


def test_every_error_has_a_tip() -> None:
    without = [
        f"{file.relative_to(REPOSITORY)}:{call.lineno}: {ast.unparse(call)[:100]}"
        for file, module in _modules().items()
        for call in _messages(module)
        if not _has_tip(call)
    ]
    assert without == []


def test_the_errors_are_found() -> None:
    assert sum(len(list(_messages(module))) for module in _modules().values()) > 400
    assert {"EdgesmithError", "OptionError", "ImageError", "GateError"} <= DOCUMENTED


@pytest.mark.parametrize(
    ("source", "has"),
    [
        ("DataError('bad')", False),
        ("errors.DataError('bad', tip=None)", False),
        ("DataError('bad', tip='')", False),
        ("DataError('bad', tip='mend it')", True),
        ("DataError('bad', tip=error.tip)", True),
        ("class Mine(DataError):\n    def __init__(self):\n        super().__init__('bad')", False),
    ],
)
def test_what_counts_as_a_tip(source: str, has: bool) -> None:
    (call,) = _messages(ast.parse(source))
    assert _has_tip(call) is has
