"""A centre behind a real socket of this machine, in a thread of this process."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from central.app import make_app
from central.beginning import make_ready
from central.centre import Centre
from central.clock import SystemClock
from central.notice_settings import NoticeSettings
from central.provider.answer import Channel
from central.settings import read_settings
from tests.unit.central.fake_cabinet import FakeCabinet


def code_on_the_glass(centre: Centre, cabinet: FakeCabinet) -> str:
    """Give the address that a cabinet's glass shows now; it is good for half a minute."""
    cabinet.now = time.time()
    return f"{centre.settings.public_url}/s/{cabinet.id}?t={cabinet.presence()}"


@contextlib.contextmanager
def serving(folder: Path, *channels: Channel) -> Iterator[Centre]:
    """Serve a fresh centre whose database and keys lie in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = read_settings(
            database=f"sqlite:///{folder / 'c.db'}", data=folder / "keys", public_url=url
        )
        centre = Centre.open(
            settings, clock=SystemClock(), notices=NoticeSettings(channels, quiet=None)
        )
        make_ready(centre.database, now=time.time())
        server = uvicorn.Server(uvicorn.Config(make_app(centre), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield centre
        finally:
            server.should_exit = True
            thread.join()
