import pytest

from edgesmith.cli.run.keylines import KeyLines, Path

TEXT = '''\
data = "x"
[check]
strict = true
[[model]]
name = "a"
custom = """
epochs = 3
"""
[model.convert]
max_drop = 1
[[model]] # the second
epochs = 4
convert = { max_drop = 2 }
"learning_rate" = 2
convert.io = "int8"
precision = [
  "int8",  # epochs = 5
]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("data",), 1),
        (("check",), 2),
        (("check", "strict"), 3),
        (("model",), 4),
        (("model", 0, "custom"), 6),
        (("model", 0, "epochs"), 4),  # the text that looks like one is none
        (("model", 0, "convert"), 9),
        (("model", 0, "convert", "max_drop"), 10),
        (("model", 1), 11),
        (("model", 1, "epochs"), 12),
        (("model", 1, "convert", "max_drop"), 13),  # the line of the inline table
        (("model", 1, "learning_rate"), 14),
        (("model", 1, "convert", "io"), 15),
        (("model", 1, "precision"), 16),
        (("seed",), None),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else str(value),
)
def test_where_a_key_stands(path: Path, line: int | None) -> None:
    assert KeyLines(TEXT).of(path) == line


def test_carriage_returns_are_no_part_of_a_line() -> None:
    assert KeyLines("[check]\r\nstrict = true\r\n").of(("check", "strict")) == 2
