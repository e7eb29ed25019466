import threading
import time

from edgesmith.runtime.streams.handover import Handover


def _in_thread(work: threading.Thread) -> threading.Thread:
    work.daemon = True
    work.start()
    return work


def test_order_is_kept_and_the_end_is_none() -> None:
    handover: Handover[int] = Handover(3)
    for item in range(3):
        assert handover.put(item, drop_oldest=False)
    handover.finish()
    assert [handover.get() for _ in range(4)] == [0, 1, 2, None]
    assert handover.dropped == 0


def test_a_full_one_drops_the_oldest() -> None:
    handover: Handover[int] = Handover(2)
    for item in range(5):
        handover.put(item, drop_oldest=True)
    handover.finish()
    assert [handover.get() for _ in range(3)] == [3, 4, None]
    assert handover.dropped == 3


def test_a_full_one_makes_the_writer_wait() -> None:
    handover: Handover[int] = Handover(1)
    handover.put(0, drop_oldest=False)
    done = threading.Event()

    def write() -> None:
        handover.put(1, drop_oldest=False)
        done.set()

    _in_thread(threading.Thread(target=write))
    assert not done.wait(0.05)
    assert handover.get() == 0
    assert done.wait(5)
    assert handover.get() == 1


def test_closing_wakes_both_sides() -> None:
    full: Handover[int] = Handover(1)
    full.put(0, drop_oldest=False)
    empty: Handover[int] = Handover(1)
    answers: list[object] = []
    threads = [
        _in_thread(threading.Thread(target=lambda: answers.append(full.put(1, drop_oldest=False)))),
        _in_thread(threading.Thread(target=lambda: answers.append(empty.get()))),
    ]
    time.sleep(0.02)
    full.close()
    empty.close()
    for thread in threads:
        thread.join(5)
    assert sorted(answers, key=str) == [False, None]
    assert full.get() is None


def test_a_closed_one_takes_nothing() -> None:
    handover: Handover[int] = Handover(1)
    handover.close()
    assert not handover.put(1, drop_oldest=False)
    assert not handover.put(1, drop_oldest=True)
    assert handover.dropped == 0


def test_stopping_needs_no_lock_and_is_noticed_soon() -> None:
    """As from a signal handler, which may interrupt the thread that holds the lock, between its look and its wait."""
    handover: Handover[int] = Handover(1)
    answers: list[object] = []
    waiting = _in_thread(threading.Thread(target=lambda: answers.append(handover.get())))
    time.sleep(0.02)
    with handover._changed:
        _in_thread(threading.Thread(target=handover.stop)).join(1)
        assert handover._closed
    waiting.join(5)
    assert answers == [None]
