from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.machine.state import read_state
from edgesmith.runtime.machine.vcgencmd import read_power, read_throttled

# The form of a Raspberry Pi 5's answer; EXT5V and BATT have a voltage only.
ADC = """
   VDD_CORE_A current(7)=1.50000000A
   3V3_SYS_A current(1)=0.25000000A
   VDD_CORE_V volt(15)=0.80000000V
   3V3_SYS_V volt(9)=3.30000000V
   EXT5V_V volt(24)=5.10000000V
   BATT_V volt(25)=0.01000000V
"""

Tool = Callable[[str], None]


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Puts a shell script as the only `vcgencmd` on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(script: str) -> None:
        file = tmp_path / "vcgencmd"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    return put


@pytest.mark.parametrize(
    ("script", "flags"),
    [
        pytest.param('[ "$1" = get_throttled ] && echo throttled=0x50005', 0x50005, id="flags"),
        pytest.param("echo VCHI initialization failed", None, id="no number"),
        pytest.param("exit 255", None, id="refused"),
    ],
)
def test_throttling_flags(script: str, flags: int | None, tool: Tool, tmp_path: Path) -> None:
    tool(script)
    assert read_throttled() == read_state(tmp_path).throttled_flags == flags


@pytest.mark.parametrize(
    ("script", "watts"),
    [
        pytest.param(f'[ "$1" = pmic_read_adc ] && echo "{ADC}"', 1.5 * 0.8 + 0.25 * 3.3, id="Pi 5"),
        pytest.param("echo error=1 error_msg='Command not registered'", None, id="Pi 4"),
        pytest.param("echo 'A_A current(0)=1.2.3A'", None, id="no number"),
        pytest.param("exit 255", None, id="refused"),
    ],
)
def test_power_is_summed_over_rails_with_both_readings(
    script: str, watts: float | None, tool: Tool, tmp_path: Path
) -> None:
    tool(script)
    found = read_power()
    assert found == read_state(tmp_path).power_w
    assert found == (None if watts is None else pytest.approx(watts, abs=1e-3))


def test_a_machine_without_the_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (read_throttled(), read_power()) == (None, None)
