"""Complete commands, options, choices and files with the tab key.

On a terminal the script is installed for you alone, into the folder where the shell looks for such, and you are
told if it needs a line in the shell's start-up file; that file is never changed. Into a pipe the script is
printed. --install and --print say which.

  bash  ~/.local/share/bash-completion/completions/edgesmith
  zsh   ~/.zfunc/_edgesmith
  fish  ~/.config/fish/completions/edgesmith.fish

Examples:
  edgesmith completion bash
  edgesmith completion zsh --install
  edgesmith completion fish --print > edgesmith.fish

"""

import argparse
import importlib
import sys
from pathlib import Path

from edgesmith.cli.shells import SHELL_NAMES, Installation, installation
from edgesmith.cli.table import COMMANDS
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import OutputError, needs_extra

# What options call a file that they do not take as a `Path`: it may be something else as well.
_FILE_WORDS = ("FILE", "DATA", "SOURCE")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("shell", choices=SHELL_NAMES, help="the shell to complete in")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--install", action="store_true", help="write the script where the shell finds it")
    way.add_argument("--print", action="store_true", help="write the script to stdout")


def run(arguments: argparse.Namespace) -> int:
    """Install or print the script."""
    with needs_extra("completion"):
        import shtab
    script: str = shtab.complete(_parser_of_all(), shell=arguments.shell)
    if arguments.install or (sys.stdout.isatty() and not arguments.print):
        sys.stdout.write(_install(script, installation(arguments.shell)))
    else:
        sys.stdout.write(script)
    return 0


def _install(script: str, place: Installation) -> str:
    """Write the script; what there is to tell."""
    try:
        place.file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder {str(place.file.parent)!r}: {error.strerror or error}",
            tip=f"`edgesmith completion {place.name} --print > FILE` writes it wherever you like",
        ) from error
    write_bytes(place.file, script.encode())
    advice = "".join(f"  {line}\n" for line in place.lines)
    return f"{place.file}: written; {place.advice}\n{advice}"


def _parser_of_all() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="edgesmith")
    parser.add_argument("--version", action="version", version="", help="show the version and exit")
    subparsers = parser.add_subparsers()
    for name, (module, summary) in COMMANDS.items():
        command = subparsers.add_parser(name, help=summary)
        importlib.import_module(module).add_arguments(command)
        _complete_files(command)
    return parser


def _complete_files(parser: argparse.ArgumentParser) -> None:
    """Tell shtab, by the attribute that it reads, which arguments are files or folders."""
    import shtab

    for action in parser._actions:
        words = str(action.metavar or "")
        if action.choices is None and (action.type is Path or any(word in words for word in _FILE_WORDS)):
            action.complete = shtab.DIRECTORY if words == "DIR" else shtab.FILE  # type: ignore[attr-defined]  # what shtab reads
