import threading
import time
from collections.abc import Iterator

import pytest

from edgesmith.train.data.inorder import map_in_order


def test_results_come_in_order() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.01 if number % 7 == 0 else 0)
        return number * 2

    assert list(map_in_order(slow_first, range(200))) == [2 * number for number in range(200)]


def test_items_are_taken_only_a_little_ahead() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(100_000):
            taken += 1
            yield number

    results = map_in_order(str, items())
    next(results)
    assert taken < 5_000
    results.close()


def test_error_of_the_function_is_raised_and_ends_the_work() -> None:
    done = []

    def refuse(number: int) -> None:
        if number == 3:
            raise ValueError("three")
        done.append(number)

    before = threading.active_count()
    with pytest.raises(ValueError, match="three"):
        list(map_in_order(refuse, range(100_000)))
    assert len(done) < 5_000
    assert threading.active_count() == before


def test_error_of_the_items_is_raised() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        list(map_in_order(str, items()))
