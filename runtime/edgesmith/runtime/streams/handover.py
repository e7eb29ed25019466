"""The bounded queue between the thread that decodes and the one that infers."""

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

_ATTENTION = 0.1  # seconds between two looks at whether a signal handler has said stop


class Handover(Generic[T]):
    """At most `size` items from one thread to another, in order.

    Not `queue.Queue`: it cannot drop the oldest item, and before Python 3.13 not be closed.
    """

    def __init__(self, size: int) -> None:
        self.dropped = 0
        self._size = size
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._finished = False
        self._closed = False

    def put(self, item: T, *, drop_oldest: bool) -> bool:
        """Add an item; when full, wait for room or drop the oldest. False once the other side has closed."""
        with self._changed:
            while not self._closed and len(self._items) >= self._size:
                if drop_oldest:
                    self._items.popleft()
                    self.dropped += 1
                else:
                    self._changed.wait(_ATTENTION)
            if not self._closed:
                self._items.append(item)
                self._changed.notify_all()
            return not self._closed

    def get(self) -> T | None:
        """The next item, waiting for it; None at the end."""
        with self._changed:
            while not (self._items or self._finished or self._closed):
                self._changed.wait(_ATTENTION)
            if self._closed or not self._items:
                return None
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def finish(self) -> None:
        """Say that no more items come; those waiting are still handed over."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def stop(self) -> None:
        """As `close`, within `_ATTENTION`. For signal handlers, which may not wait for a lock of their own thread."""
        self._closed = True

    def close(self) -> None:
        """Throw away what waits and wake both sides."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
