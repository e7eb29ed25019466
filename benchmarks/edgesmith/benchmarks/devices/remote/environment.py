"""`--install`: a virtual environment in a folder of its own on the device, filled by pip there."""

import re
import shlex
from hashlib import sha256
from importlib.metadata import requires

from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.remote.facts import TERMUX_TIP, Facts
from edgesmith.benchmarks.devices.remote.shell import Shell, run
from edgesmith.runtime.doctor.wheels import fitting_wheels, read_table
from edgesmith.runtime.errors import DeviceError

_SHOWN_LINES = 4

# The mark is written last: an installation that was cut off is begun anew.
_SCRIPT = """
set -e
if [ -f {folder}/complete ]; then exit 0; fi
rm -rf {folder}
{python} -m venv {folder} >&2
{folder}/bin/python -m pip install --quiet --disable-pip-version-check --only-binary=:all: {packages} >&2
touch {folder}/complete
"""


def install_environment(shell: Shell, python: str, facts: Facts, needs: Needs) -> str:
    """Make the environment, unless it is there already; the path of its Python on the device.

    Raises `DeviceError` when no engine has a wheel for that platform, and with pip's own words when it fails.
    """
    name = shell.name
    packages = requirements_of(choose_extras(facts, needs, name=name))
    digest = sha256(repr((python, facts.python, packages)).encode()).hexdigest()[:12]
    folder = f"{facts.folder}/venv-{digest}"
    script = _SCRIPT.format(
        folder=shlex.quote(folder),
        python=shlex.quote(python),
        packages=" ".join(map(shlex.quote, packages)),
    )
    done = run(shell, script)
    if done.returncode:
        said = "; ".join((done.stderr or done.stdout).strip().splitlines()[-_SHOWN_LINES:])
        tip = "check the device's network and free space, and begin again"
        if "ensurepip is not" in f"{done.stdout}{done.stderr}":
            tip = "there: sudo apt install python3-venv"
        raise DeviceError(f"{name}: installing {', '.join(packages)} failed: {said}", tip=tip)
    return f"{folder}/bin/python"


def choose_extras(facts: Facts, needs: Needs, *, name: str) -> list[str]:
    """The extras of edgesmith that bring an engine for each format: those asked for that have a wheel for that platform,
    or the first one.

    A format without any is left out: its files fail one by one, with the reason.
    """
    if facts.android:
        raise DeviceError(f"{name}: pip has no engine for Android", tip=f"without --install; {TERMUX_TIP}")
    here = facts.platform
    fitting = {wheel.package for wheel in fitting_wheels(here, read_table())}
    wanted = [needs.engines_for(kind) for kind in needs.formats]
    found = [[extra for engine, extra in known.items() if engine in fitting] for known in wanted]
    if any(wanted) and not any(found):
        engines = " or ".join(engine for known in wanted for engine in known)
        raise DeviceError(
            f"{name}: pip has no {engines} for Python {here.python} on {here.system} {here.machine}",
            tip="`edgesmith doctor`, run there, says what that system can have",
        )
    return [extra for extras in found for extra in (extras if needs.engines else extras[:1])]


def requirements_of(extras: list[str]) -> list[str]:
    """What edgesmith itself declares for these extras, markers of the device's Python aside."""
    found = []
    for line in requires("edgesmith") or ():
        requirement, _, marker = line.partition(";")
        extra = re.search(r"extra == ['\"]([^'\"]+)", marker)
        if extra is None or extra[1] in extras:
            found.append(requirement.strip())
    return found
