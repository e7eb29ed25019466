"""Ending with the controller: a device must not measure on for nobody."""

import os
import select
import threading

# Linux tells with POLLRDHUP that a socket's other end will send no more; POLLHUP and POLLERR, which tell it of
# pipes, need not be asked for (poll(2)).
_HANG_UP = getattr(select, "POLLRDHUP", 0)
LOST = 75  # EX_TEMPFAIL of sysexits.h: the same request may succeed later


def end_when_closed(descriptor: int) -> None:
    """End this process, whatever it is doing, as soon as the other end of `descriptor` is closed.

    The thread sleeps in the kernel until then, so it costs a measurement nothing.
    """
    poller = select.poll()
    poller.register(descriptor, _HANG_UP)

    def wait() -> None:
        poller.poll()
        os._exit(LOST)

    threading.Thread(target=wait, name="watch", daemon=True).start()
