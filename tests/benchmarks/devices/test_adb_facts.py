import pytest
from tests.benchmarks.devices.adbd import Phone, Server
from tests.benchmarks.devices.android import BATTERY, THERMAL, equip, say

from edgesmith.benchmarks.devices.adb.facts import PhoneFacts, read_facts, with_phone
from edgesmith.benchmarks.devices.adb.phone import AdbShell, find_phone
from edgesmith.benchmarks.devices.adb.state import PhoneState, read_phone_state, with_phone_state
from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.runtime.machine.environment import read_environment
from edgesmith.runtime.machine.state import State, throttling_words

UNKNOWN = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=None)


@pytest.fixture
def shell(adb_server: Server) -> AdbShell:
    return AdbShell(phone=find_phone(parse_address("adb")))


def test_a_phone_and_its_system(shell: AdbShell) -> None:
    facts = read_facts(shell)
    assert (facts.model, facts.soc, facts.abi) == ("Google Pixel 8", "Tensor G3", "arm64-v8a")
    assert facts.system == "Android 15 (API 35, arm64-v8a)"


def test_a_phone_of_32_bits_whose_model_names_its_maker(shell: AdbShell, phone: Phone) -> None:
    equip(
        phone,
        ro_product_manufacturer="HUAWEI",
        ro_product_model="huawei Y5",
        ro_product_cpu_abi="armeabi-v7a",
    )
    facts = read_facts(shell)
    assert (facts.model, facts.abi) == ("huawei Y5", "armeabi-v7a")


def test_cores_and_frequency_come_from_the_kernel(shell: AdbShell, phone: Phone) -> None:
    phone.install("/system/bin/cat", """case $1 in
*possible) echo 0-7;; *scaling_governor) echo schedutil;; *cpuinfo_max_freq) echo 1704000;;
*) exec /bin/cat "$@";; esac""")  # fmt: skip
    facts = read_facts(shell)
    assert (facts.cores, facts.governor, facts.max_frequency_mhz) == (8, "schedutil", 1704.0)


def test_they_stand_in_the_environment() -> None:
    facts = PhoneFacts(
        model="Google Pixel 8", android="15", api_level="35", abi="arm64-v8a", soc=None, cores=9,
        governor="sched_pixel", max_frequency_mhz=1704.0, kernel=None,
    )  # fmt: skip
    here = read_environment()
    found = with_phone(here, facts)
    assert (found.board, found.os) == ("Google Pixel 8", facts.system)
    assert found.governor == (here.governor or "sched_pixel")
    assert found.cores == here.cores


def test_the_hottest_core_now(shell: AdbShell) -> None:
    state = read_phone_state(shell)
    assert state.temperature_c == 47.3
    assert (state.thermal_status, state.battery_percent, state.charging) == (0, 83, True)


@pytest.mark.parametrize(
    ("thermal", "battery", "degrees"),
    [
        (THERMAL.replace("mType=0", "mType=9"), BATTERY, 31.4),
        ("", BATTERY, 29.6),
        ("Can't find service: thermalservice\n", "", None),
    ],
    ids=["no cores: the skin", "before Android 10: the battery", "nothing"],
)
def test_what_stands_for_the_temperature(
    shell: AdbShell, phone: Phone, thermal: str, battery: str, degrees: float | None
) -> None:
    say(phone, thermal=thermal, battery=battery)
    assert read_phone_state(shell).temperature_c == degrees


def _state(**changes: object) -> PhoneState:
    fields: dict[str, object] = {
        "temperature_c": 40.0, "thermal_status": 0, "frequency_mhz": 1000.0, "load_average": 2.0,
        "battery_percent": 80, "charging": True,
    } | changes  # fmt: skip
    return PhoneState(**fields)  # type: ignore[arg-type]  # fields of several types


@pytest.mark.parametrize(
    ("status", "words"), [(0, []), (1, ["throttled"]), (4, ["throttled"])], ids=["none", "light", "critical"]
)
def test_a_thermal_status_is_throttling(status: int, words: list[str]) -> None:
    found = with_phone_state(UNKNOWN, _state(thermal_status=status))
    assert throttling_words(found.throttled_flags) == words


def test_what_python_itself_could_read_stays() -> None:
    own = State(temperature_c=50.0, frequency_mhz=900.0, throttled_flags=None, load_average=0.0)
    found = with_phone_state(own, _state(thermal_status=None))
    assert (found.temperature_c, found.frequency_mhz, found.load_average) == (50.0, 900.0, 0.0)
    assert found.throttled_flags is None
    assert with_phone_state(UNKNOWN, _state()).frequency_mhz == 1000.0
