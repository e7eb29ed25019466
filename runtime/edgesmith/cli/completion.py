"""Print a tab completion script.

Examples:
  edgesmith completion bash > ~/.local/share/bash-completion/completions/edgesmith
  edgesmith completion zsh > ~/.zfunc/_edgesmith

"""

import argparse
import importlib
import sys

from edgesmith.cli.table import COMMANDS
from edgesmith.runtime.errors import needs_extra


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("shell", choices=("bash", "zsh"), help="the shell to complete in")


def run(arguments: argparse.Namespace) -> int:
    """Write the script to stdout."""
    with needs_extra("completion"):
        import shtab
    sys.stdout.write(shtab.complete(_parser_of_all(), shell=arguments.shell))
    return 0


def _parser_of_all() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="edgesmith")
    subparsers = parser.add_subparsers()
    for name, (module, summary) in COMMANDS.items():
        importlib.import_module(module).add_arguments(subparsers.add_parser(name, help=summary))
    return parser
