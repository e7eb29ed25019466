"""Telling that a host is gone while this one computes with it, and so may wait for ever."""

import os
import sys
import threading
from types import TracebackType

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.train.machine.jaxhosts import end_without_partners, leave_hosts
from edgesmith.train.machine.meeting import Meeting, lost
from edgesmith.train.machine.messages import LineBrokenError

# Seconds. A process that ends breaks its lines and the computations with it at once, but which is noticed first
# is chance; and some computations never notice.
_NOTICE, _GRACE = 5.0, 20.0


class Watch:
    """A context in which the hosts of a meeting compute together; they leave it together.

    When a host is gone, whatever exception that causes becomes an `EdgesmithError` that says so. When it causes
    none within some seconds, because the computation waits for that host, the process ends with this
    message and exit code 1: no thread can interrupt another that is inside of JAX.
    """

    def __init__(self, meeting: Meeting) -> None:
        self._meeting = meeting
        self._over = threading.Event()

    def __enter__(self) -> None:
        for index in self._meeting.lines:
            threading.Thread(target=self._guard, args=(index,), daemon=True).start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if error is None:
            self._leave()
        elif isinstance(error, Exception) and not isinstance(error, EdgesmithError):
            for index, line in self._meeting.lines.items():
                if line.broken.wait(_NOTICE):
                    end_without_partners()
                    raise lost(index) from error

    def _leave(self) -> None:
        """Part from the others; host 0, whose JAX serves them, comes last."""
        for line in self._meeting.lines.values():
            try:
                line.send({"done": True})
                line.receive()
            except LineBrokenError:
                continue  # what was computed together is done; that host's own screen says what befell it
        if self._meeting.index == 0:
            for line in self._meeting.lines.values():
                line.broken.wait()
        leave_hosts()

    def _guard(self, index: int) -> None:
        self._meeting.lines[index].broken.wait()
        if not self._over.wait(_GRACE):
            problem = lost(index)
            sys.stderr.write(f"edgesmith train: {problem}\n  tip: {problem.tip}\n")
            sys.stderr.flush()
            os._exit(problem.exit_code)
