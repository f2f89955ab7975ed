"""A file descriptor that wakes a thread that waits in `select`, from any other thread."""

from __future__ import annotations

import contextlib
import os


class Wake:
    """An event with a descriptor; setting it twice is setting it once."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def set(self) -> None:
        """Wake the waiting thread."""
        os.eventfd_write(self.fd, 1)

    def clear(self) -> None:
        """Be ready to wait again; look for work after this, not before."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.fd)
