"""Running one command: its parser, and the one place where errors become text."""

import errno
import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

from edgesmith.cli.parser import CommandParser, split_examples
from edgesmith.cli.requirements import FLOORS, install_advice, missing_package
from edgesmith.cli.table import COMMANDS
from edgesmith.cli.terminal import one_line, open_missing_streams

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def run_command(name: str, words: list[str]) -> int:
    """Parse `words` for the command `name` and run it."""

    def run() -> int:
        module = importlib.import_module(COMMANDS[name][0])
        code: int = module.run(build_parser(name, module).parse_args(words))
        return code

    return guarded(name, run)


def guarded(name: str, run: Callable[[], int]) -> int:
    """The exit code of `run`; 1 and a message on stderr for an error that the user can mend."""
    open_missing_streams()
    # File names need not be valid text. An escaped byte can be printed, and is a valid escape in JSON.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("edgesmith: interrupted\n")
        return 130
    except BrokenPipeError:
        _discard_stdout()  # the reader (`head`) has left
        return 1
    except Exception as error:
        if isinstance(error, OSError) and _stdout_refuses(error):
            _discard_stdout()
            return _report(name, f"cannot write to stdout: {error.strerror}", "check the free space there", 1)
        package = missing_package(error)
        if package is not None:
            advice = install_advice(package, FLOORS[package])
            return _report(name, f"the package {package!r} is not installed", advice, 1)
        from edgesmith.runtime.errors import EdgesmithError

        if not isinstance(error, EdgesmithError):
            raise
        return _report(name, error.message, error.tip, error.exit_code, details=error.details)
    return code


def build_parser(name: str, module: ModuleType) -> CommandParser:
    """The command's parser; its description and examples are the module's docstring."""
    description, examples = split_examples(module.__doc__ or "")
    parser = CommandParser(f"edgesmith {name}", description=description, examples=examples)
    module.add_arguments(parser)
    return parser


def _stdout_refuses(error: OSError) -> bool:
    """Whether stdout is what failed: what it has not taken is still there, and fails again."""
    try:
        sys.stdout.flush()
        if error.errno in _FULL and error.filename is None:  # an unbuffered stdout keeps nothing: try it
            sys.stdout.write("\n")
            sys.stdout.flush()
    except OSError:
        return True
    return False


def _discard_stdout() -> None:
    # Python would complain once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report(name: str, message: str, tip: str | None, code: int, *, details: Sequence[str] = ()) -> int:
    sys.stderr.write(f"edgesmith {name}: {one_line(message)}\n")
    for line in details:
        sys.stderr.write(f"  {one_line(line)}\n")
    if tip:
        sys.stderr.write(f"  tip: {one_line(tip)}\n")
    return code
