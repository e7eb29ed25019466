"""Write docs/commands/: a page for each command, from its own parser.

    python docs/making/commands.py

`tests/manual/test_commands.py` compares what is there with what this would write.
"""

import argparse
import importlib
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from edgesmith.cli.dispatch import build_parser
from edgesmith.cli.table import COMMANDS
from edgesmith.runtime.spec import PRECISIONS

FOLDER = Path(__file__).parents[1] / "commands"

_TITLES = {"positional arguments": "Arguments", "options": "Options"}
_MANY = {"?": "[{}]", "*": "[{} …]", "+": "{} …"}
_MARKDOWN = re.compile(r"([\\*_<\[\]|#$~])")
_EXAMPLES = "<!-- not run: tests/cli/test_table.py parses the examples of every command -->\n```sh\n{}\n```"


def pages() -> dict[str, str]:
    """File name and text of every page, the one that lists them included."""
    written = {f"{name}.md": _page(name) for name in COMMANDS}
    return {"index.md": _index(), **written}


def _index() -> str:
    rows = "".join(f"| [{name}]({name}.md) | {_prose(says)} |\n" for name, (_, says) in COMMANDS.items())
    return (
        "# Commands\n\n"
        "These pages are written from the commands' own parsers; `edgesmith COMMAND --help` says the same. With `--json`\n"
        "a command prints one JSON document on stdout, and nothing else there.\n\n"
        "| exit code | |\n|---|---|\n| 0 | done |\n| 1 | an error, with what to do about it |\n"
        "| 2 | wrong usage |\n| 3 | a gate that was asked for is not met |\n\n"
        f"| command | |\n|---|---|\n{rows}\n"
        "```{toctree}\n:hidden:\n\n" + "\n".join(COMMANDS) + "\n```\n"
    )


def _page(name: str) -> str:
    parser = build_parser(name, importlib.import_module(COMMANDS[name][0]))
    parts = [
        f"# edgesmith {name}",
        f"```text\n{_usage(parser)}\n```",
        *_description(parser.description or ""),
    ]
    parts += ["## Examples", _EXAMPLES.format("\n".join(parser.examples))]
    for group in parser._action_groups:
        actions = [action for action in group._group_actions if action.help is not argparse.SUPPRESS]
        if actions:
            parts.append(f"## {_heading(group.title or '')}")
            if group.description:
                parts.append(_prose(group.description))
            parts.append("\n".join(f"- {_signature(action)}: {_help(parser, action)}" for action in actions))
    return "\n\n".join(parts) + "\n"


def _heading(title: str) -> str:
    known = _TITLES.get(title, title)
    return known if known in PRECISIONS else known[:1].upper() + known[1:]


def _usage(parser: argparse.ArgumentParser) -> str:
    """What must be given; all else is `[options]`."""
    words = [parser.prog]
    for action in parser._actions:
        if not action.option_strings:
            words.append(_values(action))
        elif action.required:
            words.append(f"{action.option_strings[0]} {_values(action)}")
    return " ".join([words[0], "[options]", *words[1:]])


def _description(text: str) -> Iterator[str]:
    """A docstring's paragraphs as prose, and what is indented in it as it stands."""
    for kind, found in groupby(text.strip().splitlines(), _kind):
        lines = list(found)
        if kind == "indented":
            yield _block([line.removeprefix("  ") for line in lines])
        elif kind == "prose":
            yield _prose("\n".join(lines))


def _kind(line: str) -> str:
    if not line.strip():
        return "gap"
    return "indented" if line.startswith(" ") else "prose"


def _block(lines: list[str]) -> str:
    return "\n".join(["```text", *lines, "```"])


def _signature(action: argparse.Action) -> str:
    values = _values(action)
    if not action.option_strings:
        return f"`{values}`"
    return ", ".join(f"`{option} {values}`" if values else f"`{option}`" for option in action.option_strings)


def _values(action: argparse.Action) -> str:
    """What follows the option, as it is written in help texts."""
    if action.nargs == 0:
        return ""
    name = action.metavar or (
        action.dest.upper() if action.choices is None else "|".join(map(str, action.choices))
    )
    return _MANY.get(str(action.nargs), "{}").format(" ".join(name) if isinstance(name, tuple) else name)


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    text = (action.help or "") % {**vars(action), "prog": parser.prog}
    return _prose(text) + (" (required)" if action.required and action.option_strings else "")


def _prose(text: str) -> str:
    """Text in which Markdown sees nothing but `code`."""
    parts = text.split("`")
    return "`".join(part if place % 2 else _MARKDOWN.sub(r"\\\1", part) for place, part in enumerate(parts))


def main() -> None:
    """Write the pages, and remove those of commands that are gone."""
    FOLDER.mkdir(exist_ok=True)
    written = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
