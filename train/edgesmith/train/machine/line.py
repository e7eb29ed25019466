"""A connection to another host that is listened to all the time, so that its end is noticed."""

import queue
import socket
import threading
from typing import Any

from edgesmith.train.machine.messages import LineBrokenError, receive, send

_Message = tuple[dict[str, Any], bytes]


class Line:
    """One connection. `broken` is set when the other end is gone, or has hung up."""

    def __init__(self, connection: socket.socket) -> None:
        self.address: str = connection.getsockname()[0]  # of this host, as the other one reaches it
        self.broken = threading.Event()
        self._connection = connection
        self._messages: queue.Queue[_Message | LineBrokenError] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, header: dict[str, Any], body: bytes = b"") -> None:
        """Send one message. Raises `LineBrokenError`."""
        send(self._connection, header, body)

    def receive(self) -> _Message:
        """Wait for the next message: header and body. Raises `LineBrokenError` when none can come any more."""
        message = self._messages.get()
        if isinstance(message, LineBrokenError):
            self._messages.put(message)
            raise message
        return message

    def close(self) -> None:
        """Hang up."""
        try:
            self._connection.shutdown(socket.SHUT_RDWR)  # wakes the listener, which closing does not
        except OSError:
            self.broken.set()  # the other end was first
        self._connection.close()

    def _listen(self) -> None:
        while not self.broken.is_set():
            try:
                self._messages.put(receive(self._connection))
            except LineBrokenError as error:
                self._messages.put(error)
                self.broken.set()
