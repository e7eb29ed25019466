"""Work on many items in parallel without holding many of them."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from edgesmith.runtime.cpu import usable_cores

Item = TypeVar("Item")
Result = TypeVar("Result")

# So many items each thread has waiting. `Executor.map` takes them all at once: 1.5 KB for each image.
_AHEAD = 16


def map_in_order(function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
    """What `function` makes of each item, in their order; a thread for each usable core.

    Whatever `function` or `items` raises is raised here; what had been begun is finished then, nothing else.
    The same when it is closed.
    """
    threads = usable_cores()
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) == threads * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
