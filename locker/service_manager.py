"""Telling systemd that a program is ready, alive or ending; silent where it runs without.

For the daemon and for the kiosk. Knows what neither of them does.

Source: sd_notify(3): datagrams of NAME=VALUE lines to the socket named by NOTIFY_SOCKET.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping


class ServiceManager:
    """The other end of NOTIFY_SOCKET, if there is one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def tell(self, *lines: str) -> None:
        """Send lines such as READY=1; a service manager that went away is no failure."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto("\n".join(lines).encode(), self._address)
