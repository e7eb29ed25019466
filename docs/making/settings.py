"""Write the tables of all keys into docs/run.md, from the one definition of `edgesmith.toml`.

    python docs/making/settings.py

`tests/cli/run/test_documentation.py` compares what is there with what this would write.
"""

from pathlib import Path

from edgesmith.cli.run.documentation import key_table

PAGE = Path(__file__).parents[1] / "run.md"
BEGIN, END = "<!-- keys: ", "<!-- end of keys -->"


def with_tables(text: str) -> str:
    """The page with the tables of today between the two marks."""
    begin = text.index("\n", text.index(BEGIN)) + 1
    return text[:begin] + "\n" + "\n".join(key_table()) + "\n\n" + text[text.index(END) :]


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
