from collections.abc import Callable

import pytest

from edgesmith.runtime.doctor.condition import examine_clock, examine_heat, examine_load, examine_throttling
from edgesmith.runtime.doctor.finding import Status
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State

MakeEnvironment = Callable[..., Environment]
MakeState = Callable[..., State]


@pytest.mark.parametrize(
    ("governor", "status"),
    [("ondemand", "ok"), ("performance", "ok"), ("powersave", "problem"), (None, "note")],
)
def test_governor(
    governor: str | None, status: Status, environment: MakeEnvironment, state: MakeState
) -> None:
    found, _ = examine_clock(environment(governor=governor), state())
    assert (found.topic, found.status) == ("governor", status)
    assert (found.advice is not None) == (status == "problem")


@pytest.mark.parametrize(
    ("now", "highest", "shown"),
    [
        (600.0, 1800.0, "600 MHz of 1800 MHz"),
        (600.0, None, "600 MHz"),
        (None, 1800.0, "at most 1800 MHz"),
        (None, None, None),
    ],
)
def test_frequency(
    now: float | None,
    highest: float | None,
    shown: str | None,
    environment: MakeEnvironment,
    state: MakeState,
) -> None:
    _, *found = examine_clock(environment(max_frequency_mhz=highest), state(frequency_mhz=now))
    assert [finding.what for finding in found] == ([] if shown is None else [shown])


@pytest.mark.parametrize(
    ("degrees", "status"), [(48.0, "ok"), (70.0, "note"), (80.0, "problem"), (None, "note")]
)
def test_heat(degrees: float | None, status: Status, state: MakeState) -> None:
    (found,) = examine_heat(state(temperature_c=degrees))
    assert found.status == status


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        pytest.param(0, [("ok", "none now, none since the start")], id="never"),
        pytest.param(0x1, [("problem", "under-voltage now (bit 0)")], id="now"),
        pytest.param(0x50000, [("note", "under-voltage since the start (bit 16)"), ("note", "throttled since the start (bit 18)")], id="earlier"),
        pytest.param(0x50005, [("problem", "under-voltage now (bit 0)"), ("problem", "throttled now (bit 2)")], id="now and earlier"),
        pytest.param(0x8000A, [("problem", "frequency capped now (bit 1)"), ("problem", "soft temperature limit now (bit 3)")], id="the others"),
    ],
)  # fmt: skip
def test_throttling_bit_by_bit(
    flags: int, expected: list[tuple[Status, str]], environment: MakeEnvironment, state: MakeState
) -> None:
    found = list(examine_throttling(environment(), state(throttled_flags=flags)))
    assert [(finding.status, finding.what) for finding in found] == expected
    assert all((finding.advice is None) == (finding.status == "ok") for finding in found)


def test_a_raspberry_pi_that_does_not_tell_its_flags(environment: MakeEnvironment, state: MakeState) -> None:
    (found,) = examine_throttling(environment(), state(throttled_flags=None))
    assert found.status == "note"
    assert "video" in str(found.advice)


def test_other_machines_have_no_such_flags(environment: MakeEnvironment, state: MakeState) -> None:
    assert list(examine_throttling(environment(board=None), state(throttled_flags=None))) == []


@pytest.mark.parametrize(
    ("load", "status"), [((0.5, 0.0, 0.0), "ok"), ((4.5, 0.0, 0.0), "note"), (None, "note")]
)
def test_load(load: tuple[float, ...] | None, status: Status, environment: MakeEnvironment) -> None:
    (found,) = examine_load(environment(load_average=load))
    assert found.status == status
