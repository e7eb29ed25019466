"""Where each shell looks for the completion scripts of one user, and what else it needs."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from edgesmith.runtime.cache import xdg_folder

ShellName = Literal["bash", "zsh", "fish"]
SHELL_NAMES: tuple[ShellName, ...] = get_args(ShellName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """`name`: of the shell. `file`: where its script goes. `advice`: what makes it work, and `lines` to that end."""

    name: ShellName
    file: Path
    advice: str
    lines: tuple[str, ...] = ()


def installation(shell: ShellName) -> Installation:
    """The place for this user, as the shell itself finds it: environment variables are those that it heeds."""
    return _PLACES[shell]()


def _bash() -> Installation:
    # As in the README of bash-completion, "Where should I put it to be sure that it is loaded?".
    data = xdg_folder("XDG_DATA_HOME", ".local/share") / "bash-completion"
    file = Path(os.environ.get("BASH_COMPLETION_USER_DIR") or data) / "completions" / "edgesmith"
    return Installation(
        name="bash",
        file=file,
        advice="new shells load it if they have the package bash-completion; else add to ~/.bashrc:",
        lines=(f"source {shlex.quote(str(file))}",),
    )


def _zsh() -> Installation:
    home = Path(os.environ.get("ZDOTDIR") or Path.home())
    folder, startup = home / ".zfunc", home / ".zshrc"
    # The files of ~/.zfunc are found by `fpath`, which zsh has no folder of the user's in.
    if os.access(startup, os.R_OK) and folder.name in startup.read_text(errors="replace"):
        return Installation(name="zsh", file=folder / "_edgesmith", advice="new shells load it")
    return Installation(
        name="zsh",
        file=folder / "_edgesmith",
        advice=f"new shells load it once {startup} has:",
        lines=(f"fpath+=({shlex.quote(str(folder))})", "autoload -Uz compinit && compinit"),
    )


def _fish() -> Installation:
    # fish's documentation, "Where to put completions".
    folder = xdg_folder("XDG_CONFIG_HOME", ".config") / "fish" / "completions"
    return Installation(name="fish", file=folder / "edgesmith.fish", advice="shells load it by themselves")


_PLACES = {"bash": _bash, "zsh": _zsh, "fish": _fish}
