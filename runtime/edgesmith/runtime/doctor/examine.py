"""The whole examination, in the order in which it is told."""

from pathlib import Path

from edgesmith.runtime.doctor.condition import examine_clock, examine_heat, examine_load, examine_throttling
from edgesmith.runtime.doctor.devices import examine_accelerators, examine_cameras, examine_gpu
from edgesmith.runtime.doctor.finding import Examination
from edgesmith.runtime.doctor.hardware import examine_memory, examine_processor
from edgesmith.runtime.doctor.software import examine_engines, examine_packages, examine_python
from edgesmith.runtime.doctor.wheels import examine_wheels, fitting_wheels, read_table, this_platform
from edgesmith.runtime.engines import ENGINE_NAMES
from edgesmith.runtime.machine.environment import read_environment
from edgesmith.runtime.machine.state import read_state


def examine(root: Path = Path("/")) -> Examination:
    """Look everything over. `root` is the root of the file system, with its dev, proc and sys.

    The engines are started one after the other, which takes some seconds.
    """
    environment, state = read_environment(root), read_state(root)  # before engines make it busy
    here, table = this_platform(), read_table()
    engines = tuple(examine_engines({wheel.package for wheel in fitting_wheels(here, table)}))
    return Examination(
        fit=any(finding.topic in ENGINE_NAMES and finding.status != "problem" for finding in engines),
        findings=(
            *examine_python(),
            *examine_packages(),
            *examine_wheels(here, table),
            *engines,
            *examine_processor(environment),
            *examine_memory(root),
            *examine_clock(environment, state),
            *examine_heat(state),
            *examine_throttling(environment, state),
            *examine_load(environment),
            *examine_cameras(root),
            *examine_gpu(),
            *examine_accelerators(root),
        ),
    )
