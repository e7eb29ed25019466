import threading
import time
from typing import Any

import pytest

from edgesmith.runtime.errors import EdgesmithError, OptionError
from edgesmith.train.machine.meeting import Meeting, meet
from edgesmith.train.plan import MachinePlan


def place(port: int, index: int, hosts: int = 2) -> MachinePlan:
    return MachinePlan(
        distribute="hosts", coordinator=f"127.0.0.1:{port}", hosts=hosts, host_index=index, device="cpu"
    )


def all_at_once(*plans: MachinePlan, patience: float = 10.0) -> list[Any]:
    """What `meet` gives each: a `Meeting`, or the error that it raised."""
    results: list[Any] = [None] * len(plans)

    def one(number: int) -> None:
        try:
            results[number] = meet(plans[number], say=lambda _: None, patience=patience)
        except EdgesmithError as error:
            results[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(plans))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def together(first: Meeting, others: list[Meeting], action: Any) -> list[Any]:
    results: list[Any] = [None] * (1 + len(others))

    def one(number: int, meeting: Meeting) -> None:
        try:
            results[number] = action(meeting)
        except EdgesmithError as error:
            results[number] = error

    threads = [threading.Thread(target=one, args=each) for each in enumerate((first, *others))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for meeting in (first, *others):
        meeting.close()
    return results


def test_hosts_get_what_the_first_one_hands_out(port: int) -> None:
    first, *others = all_at_once(*(place(port, index, hosts=3) for index in range(3)))

    results = together(
        first, others, lambda meeting: meeting.hand_out({"from": meeting.index}, b"\0" * 3_000_000)
    )

    assert results == [({"from": 0}, b"\0" * 3_000_000)] * 3


def test_hosts_that_agree_go_on(port: int) -> None:
    first, *others = all_at_once(place(port, 0), place(port, 1))

    assert together(first, others, lambda meeting: meeting.agree({"seed": 1, "size": (2, 3)})) == [None, None]


def test_difference_is_named_on_both(port: int) -> None:
    first, *others = all_at_once(place(port, 0), place(port, 1))

    errors = together(first, others, lambda meeting: meeting.agree({"seed": 1, "epochs": meeting.index + 5}))

    for error in errors:
        assert isinstance(error, OptionError)
        assert str(error) == "host 0 and host 1 differ in epochs: 5 and 6"


def test_other_number_of_hosts_is_named_on_both(port: int) -> None:
    errors = all_at_once(place(port, 0), place(port, 1, hosts=3))

    for error in errors:
        assert isinstance(error, OptionError)
        assert "host 1 was started with --hosts 3, host 0 with --hosts 2" in str(error)


def test_index_given_twice_is_named_on_all(port: int) -> None:
    errors = all_at_once(place(port, 0, hosts=3), place(port, 1, hosts=3), place(port, 1, hosts=3))

    assert [str(error) for error in errors] == ["two hosts have --host-index 1"] * 3


def test_host_that_does_not_come_is_named_in_time(port: int) -> None:
    begin = time.monotonic()

    (error,) = all_at_once(place(port, 0, hosts=3), patience=1.0)

    assert "hosts 1, 2 of 3 did not come within 1 s" in str(error)
    assert time.monotonic() - begin < 10


def test_coordinator_that_does_not_answer_is_named_in_time(port: int) -> None:
    begin = time.monotonic()

    (error,) = all_at_once(place(port, 1), patience=1.0)

    assert f"host 0 is not to be reached at 127.0.0.1:{port} after 1 s" in str(error)
    assert time.monotonic() - begin < 10


def test_name_that_leads_nowhere_is_an_error_at_once() -> None:
    plan = MachinePlan(distribute="hosts", coordinator="nowhere.invalid:1", hosts=2, host_index=1)

    with pytest.raises(EdgesmithError, match=r"nowhere\.invalid:1"):
        meet(plan, say=lambda _: None)


def test_port_in_use_is_named(port: int) -> None:
    import socket

    with socket.create_server(("", port)), pytest.raises(OptionError, match=f"cannot listen on port {port}"):
        meet(place(port, 0), say=lambda _: None)


def test_stranger_at_the_port_does_not_disturb(port: int) -> None:
    import socket

    def knock() -> None:
        time.sleep(0.3)
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"GET / HTTP/1.1\r\n\r\n\r\n")
        time.sleep(0.3)
        results.extend(all_at_once(place(port, 1)))

    results: list[Any] = []
    thread = threading.Thread(target=knock)
    thread.start()
    first = meet(place(port, 0), say=lambda _: None, patience=10.0)
    thread.join()

    assert isinstance(results[0], Meeting)
    for meeting in (first, results[0]):
        meeting.close()


def test_host_that_hangs_up_is_noticed(port: int) -> None:
    first, other = all_at_once(place(port, 0), place(port, 1))

    other.close()

    with pytest.raises(EdgesmithError, match="host 1 is gone"):
        first.agree({})
    first.close()
