"""The command line: a table of commands. Imports only the one that is run, and nothing for `--help`."""

import sys

from edgesmith.cli.table import COMMANDS, help_text, suggestion


def main(words: list[str] | None = None) -> int:
    """Run `edgesmith WORDS`; the exit code: 0 done, 1 a clear error, 2 wrong usage, 3 a gate not met."""
    words = sys.argv[1:] if words is None else words
    if not words:
        return _print_next()
    if words[0] in ("-h", "--help", "help"):
        return _print_help(words[1:])
    if words[0] == "--version":
        from importlib.metadata import version

        sys.stdout.write(f"edgesmith {version('edgesmith')}\n")
        return 0
    if words[0] not in COMMANDS:
        sys.stderr.write(f"edgesmith: no command {words[0]!r}\n  tip: {suggestion(words[0])}\n")
        return 2
    from edgesmith.cli.dispatch import run_command

    return run_command(words[0], words[1:])


def _print_next() -> int:
    from pathlib import Path

    from edgesmith.cli.dispatch import guarded
    from edgesmith.cli.nextstep import next_text
    from edgesmith.cli.surroundings import look_around

    def run() -> int:
        sys.stdout.write(next_text(look_around(Path())))
        return 0

    return guarded("help", run)


def _print_help(words: list[str]) -> int:
    commands = [word for word in words if not word.startswith("-") and word != "help"]
    if commands:
        return main([commands[0], "--help"])
    sys.stdout.write(help_text())
    return 0
