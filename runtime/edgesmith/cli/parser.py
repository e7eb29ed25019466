"""The parser of one command: its help begins with examples, a wrong word ends in where they are."""

import argparse
import re
import sys
from typing import NoReturn

# A docstring's block of examples: its heading, then indented lines up to one that is not.
_EXAMPLES = re.compile(r"^examples:\n((?: {2}\S.*\n?)+)\n?", re.IGNORECASE | re.MULTILINE)
_FIRST = 3  # what one reads before the options; the others follow them


class CommandParser(argparse.ArgumentParser):
    """`examples`: command lines, of which the first three stand above everything else in the help."""

    def __init__(self, prog: str, *, description: str = "", examples: tuple[str, ...] = ()) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=_block("more examples", examples[_FIRST:]),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.examples = examples

    def format_help(self) -> str:
        """The first examples, usage, description and options, then the other examples."""
        return "\n".join(filter(None, [_block("examples", self.examples[:_FIRST]), super().format_help()]))

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and the command that shows what is right."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: error: {message}\n  tip: `{self.prog} --help` begins with examples\n")


def split_examples(documentation: str) -> tuple[str, tuple[str, ...]]:
    """A command's docstring without its block `Examples:`, and the command lines of that block."""
    found = _EXAMPLES.search(documentation)
    if found is None:
        return documentation.strip(), ()
    prose = documentation[: found.start()] + documentation[found.end() :]
    return prose.strip(), tuple(line.strip() for line in found[1].splitlines())


def _block(heading: str, lines: tuple[str, ...]) -> str:
    return "".join([f"{heading}:\n", *(f"  {line}\n" for line in lines)]) if lines else ""
