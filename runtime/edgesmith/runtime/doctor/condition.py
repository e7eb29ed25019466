"""How the machine is just now: clock, heat, power, load."""

from collections.abc import Iterator

from edgesmith.runtime.doctor.finding import Finding
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import THROTTLED_SINCE_START, THROTTLING_BITS, State

# A Raspberry Pi lowers its clock from 80 °C on, a 3B+ from 60 °C on (Raspberry Pi documentation, "Frequency
# management and thermal control").
_WARM_C, _HOT_C = 70.0, 80.0

# By bit of `vcgencmd get_throttled`: what to do about it, now or since the start.
_REMEDIES = {
    0: "use the official power supply and a short, thick cable",
    1: "cool it, and check the power supply",
    2: "cool it, and check the power supply",
    3: "cool it: a heat sink, a fan",
}


def examine_clock(environment: Environment, state: State) -> Iterator[Finding]:
    """The frequency governor, and the frequency it has chosen."""
    if environment.governor is None:
        yield Finding(topic="governor", status="note", what="the system does not tell it")
    else:
        slow = environment.governor == "powersave"
        yield Finding(
            topic="governor",
            status="problem" if slow else "ok",
            what=environment.governor,
            advice="it keeps the frequency low: sudo cpupower frequency-set -g performance" if slow else None,
        )
    highest, now = environment.max_frequency_mhz, state.frequency_mhz
    shown = " of ".join(f"{value:.0f} MHz" for value in (now, highest) if value is not None)
    if shown:
        yield Finding(topic="frequency", status="ok", what=shown if now is not None else f"at most {shown}")


def examine_heat(state: State) -> Iterator[Finding]:
    """The hottest sensor."""
    degrees = state.temperature_c
    if degrees is None:
        yield Finding(topic="temperature", status="note", what="no sensor tells it")
        return
    yield Finding(
        topic="temperature",
        status="problem" if degrees >= _HOT_C else "note" if degrees >= _WARM_C else "ok",
        what=f"{degrees:.0f} °C",
        advice=f"a Raspberry Pi slows down at {_HOT_C:.0f} °C: a heat sink, a fan"
        if degrees >= _WARM_C
        else None,
    )


def examine_throttling(environment: Environment, state: State) -> Iterator[Finding]:
    """The flags of `vcgencmd get_throttled`, bit by bit. Nothing on what is no Raspberry Pi."""
    flags = state.throttled_flags
    if flags is None:
        if "Raspberry Pi" not in (environment.board or ""):
            return
        yield Finding(
            topic="throttling",
            status="note",
            what="not told: there is no vcgencmd here, or it may not be asked",
            advice="sudo apt install raspi-utils; sudo usermod -aG video $USER, then log in again",
        )
        return
    if flags == 0:
        yield Finding(topic="throttling", status="ok", what="none now, none since the start")
    for bit, word in THROTTLING_BITS.items():
        if flags >> bit & 1:
            yield Finding(
                topic="throttling", status="problem", what=f"{word} now (bit {bit})", advice=_REMEDIES[bit]
            )
        elif flags >> (bit + THROTTLED_SINCE_START) & 1:
            yield Finding(
                topic="throttling",
                status="note",
                what=f"{word} since the start (bit {bit + THROTTLED_SINCE_START})",
                advice=_REMEDIES[bit],
            )


def examine_load(environment: Environment) -> Iterator[Finding]:
    """Whether something else runs."""
    load = environment.load_average
    if load is None:
        yield Finding(topic="load", status="note", what="the system does not tell it")
        return
    busy = load[0] > environment.cores
    yield Finding(
        topic="load",
        status="note" if busy else "ok",
        what=f"{load[0]:.2f} over the last minute on {environment.cores} cores",
        advice="other programs take time: measure when they have ended" if busy else None,
    )
