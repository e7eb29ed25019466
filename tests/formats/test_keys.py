"""docs/formats-keys.md is what docs/making/keys.py writes from the schemas."""

from typing import Any

import pytest
from making.keys import PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run: python docs/making/keys.py"


@pytest.mark.parametrize(
    "line",
    [
        "| `crop_fraction` | number above 0 to 1 |",
        "| `sha256` | SHA-256, hexadecimal |",
        "| `channels` | `1`, `3` |",
        "| `interval` | list: number 0 to 1, number 0 to 1 |",
        "| `packages` | object: name to string |",
        "| `schema` | `edgesmith.bench/1` |",
        "| `accuracy` | Accuracy or null |",
        "| `convert` | edgesmith.convert/1 |",
        "| `blocks` | list of Block | *optional.* ",
    ],
)
def test_types_and_ranges_are_told(line: str) -> None:
    assert line in PAGE.read_text()


def test_every_key_is_there(schemas: dict[str, dict[str, Any]]) -> None:
    text = PAGE.read_text()
    for schema in schemas.values():
        for name, definition in schema["$defs"].items():
            assert f"### {name}\n" in text
            for key in definition.get("properties", ()):
                assert f"| `{key}` |" in text
