"""A line between cabinet and centre that can be cut: real TCP on loopback, nothing simulated.

While cut, new connections are refused and open ones are reset, as when a router loses power.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading

from tests.support.port import free_port

CHUNK = 65_536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Line:
    """Forwards every connection to the centre until it is cut; `close` ends it."""

    def __init__(self, *, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self._selector = selectors.DefaultSelector()
        self._other: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._listener = _listen(free_port())
        self.port: int = self._listener.getsockname()[1]
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """What the cabinet calls its centre."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Reset what is open and refuse what comes."""
        with self._lock:
            self._selector.unregister(self._listener)
            self._listener.close()
            for end in list(self._other):
                self._drop(end)

    def restore(self) -> None:
        """Take connections again, on the same port."""
        with self._lock:
            self._listener = _listen(self.port)
            self._selector.register(self._listener, selectors.EVENT_READ)

    def close(self) -> None:
        """End the line."""
        self._ending.set()
        self._thread.join()
        for end in list(self._other):
            self._drop(end)
        self._listener.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            ready = self._selector.select(0.05)
            with self._lock:
                for key, _ in ready:
                    end = key.fileobj
                    assert isinstance(end, socket.socket)
                    if end is self._listener:
                        self._accept()
                    elif end in self._other:
                        self._forward(end)

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        try:
            far = socket.create_connection(self._target, timeout=5)
        except OSError:
            near.close()
            return
        for end, other in ((near, far), (far, near)):
            self._other[end] = other
            self._selector.register(end, selectors.EVENT_READ)

    def _forward(self, end: socket.socket) -> None:
        try:
            data = end.recv(CHUNK)
            if data:
                self._other[end].sendall(data)
                return
        except OSError:
            pass
        self._drop(end)

    def _drop(self, end: socket.socket) -> None:
        for each in (end, self._other.get(end)):
            if each is not None and self._other.pop(each, None) is not None:
                self._selector.unregister(each)
                with contextlib.suppress(OSError):
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                each.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(32)
    return listener
