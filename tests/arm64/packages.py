"""What `pip install 'edgesmith[ENGINE]'` would bring onto an emulated Pi, installed from here."""

import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.arm64.systems import System

PROJECT = Path(__file__).parents[2]


def requirements(extra: str, system: System) -> list[str]:
    """The project's own dependencies and those of one extra, without what Debian's packages already hold.

    Markers are dropped: they would be judged on this machine's Python instead of the Pi's.
    """
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"][extra]]
    there = {"numpy", "pillow"} if system.debian_numpy else set()
    for requirement in wanted:
        requirement.marker = None
    return [str(each) for each in wanted if canonicalize_name(each.name) not in there]


def install(extra: str, system: System, folder: Path) -> None:
    """Install the engine's wheels for the system's processor and Python into `folder`.

    Raises `RuntimeError` with pip's own words.
    """
    platforms = [word for tag in system.wheel_platforms for word in ("--platform", tag)]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--only-binary=:all:", "--implementation", "cp", "--python-version", system.python),
        *("--no-compile", "--target", str(folder), *platforms),
        *(["--no-deps"] if system.debian_numpy else []),
        *requirements(extra, system),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()}")
