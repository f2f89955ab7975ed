"""One running centre: its settings, keys, database and clock, handed to every route.

The composition root makes it once; nothing in it knows a request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from central.clock import Clock
from central.database import Database
from central.hub import NewsHub
from central.key import KeyRing
from central.key_folder import KeyFolder
from central.ledger import FILE as LEDGER_FILE
from central.ledger import Ledger
from central.notice_settings import NoticeSettings, Quiet
from central.operation import chore, health, news, notice, reminder, retention, room_wish
from central.settings import Settings
from locker.contract.demo_clock import DemoClock

ROUND_S = 15.0
"""How often the clock's duties are looked at; each has its own period."""
AGAIN_S = 300.0
"""A duty that failed, or whose worker died, is begun again so soon at the latest."""


@dataclass(frozen=True, slots=True)
class Centre:
    """What routes need."""

    settings: Settings
    database: Database
    key_folder: KeyFolder
    clock: Clock
    hub: NewsHub
    notices: NoticeSettings
    ledger: Ledger
    opened_at: float
    ending: threading.Event = field(default_factory=threading.Event)
    """Set when nothing more is to be sent."""
    _asked: threading.Event = field(default_factory=threading.Event)
    _delivering: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, settings: Settings, *, clock: Clock, notices: NoticeSettings) -> Centre:
        """Open keys and database. Raises KeyFileError."""
        database = Database(settings.database_url)
        hub = NewsHub()
        database.on_news(hub.wake)
        keys = KeyFolder(settings.data)
        ledger = Ledger(settings.data / LEDGER_FILE)
        return cls(settings, database, keys, clock, hub, notices, ledger, clock.now())

    @property
    def keys(self) -> KeyRing:
        """The secrets, as they are now: a key that was changed is used from the next look on."""
        return self.key_folder.ring

    @property
    def ahead_s(self) -> float:
        """By how many seconds a demo's clock was put forward; 0.0 at every other centre."""
        return self.clock.ahead_s() if isinstance(self.clock, DemoClock) else 0.0

    @property
    def told_by(self) -> NoticeSettings:
        """How residents are told: a demo tells at any hour until its clock is put forward."""
        if self.ahead_s and self.notices.quiet is None:
            return replace(self.notices, quiet=Quiet())
        return self.notices

    @property
    def listen_to(self) -> str | None:
        """The libpq address to LISTEN to, None on SQLite."""
        if self.settings.is_sqlite:
            return None
        url = self.database.engine.url.set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    def news_counters(self) -> dict[str, int]:
        """Give every cabinet's counter of news."""
        with self.database.reading() as session:
            return news.counters(session)

    @property
    def duties(self) -> Mapping[str, Callable[[], None]]:
        """What the clock asks for, by the name of its chore."""
        return {
            "health": self.watch_cabinets,
            "notices": self.tell_residents,
            "retention": self.let_go,
        }

    def late(self) -> Sequence[str]:
        """Name the duties that are late; a start has a minute for each."""
        with self.database.reading() as session:
            since, now = self.opened_at, self.clock.now()
            return chore.late(session, list(self.duties), since=since, now=now)

    def watch_cabinets(self) -> None:
        """Notice the cabinets that fell silent, and those that are back."""

        def work(now: float, overdue_s: float) -> None:
            # After an absence of the centre's own, or of a demo's clock, they get a round to speak.
            if overdue_s < health.SILENT_S:
                with self.database.writing() as session:
                    health.watch(session, now=now)

        self._in_turn("health", work, every_s=ROUND_S)

    def tell_residents(self) -> None:
        """Send the notices that are due, as a duty, and tell who waits for room."""

        def work(now: float, _overdue_s: float) -> None:
            try:
                self.deliver_notices()
            finally:  # a notice that is broken holds up nobody who waits for room
                room_wish.tell(self.database, self.told_by, keys=self.keys, now=now)

        self._in_turn("notices", work, every_s=ROUND_S)

    def deliver_notices(self) -> None:
        """Send the notices that are due, in one thread: a slow provider takes no more of them.

        Who asks meanwhile goes on at once: that thread looks once more.
        """
        post = notice.Post(
            self.database, self.told_by, self.keys, self.clock.now, self.ending
        )  # fmt: skip
        self._asked.set()
        while self._asked.is_set() and self._delivering.acquire(blocking=False):
            try:
                self._asked.clear()
                notice.deliver(post)
            finally:
                self._delivering.release()

    def tell_no_more(self) -> None:
        """Begin to send nothing more, and wait for the notice that is in hand."""
        self.ending.set()
        with self._delivering:
            pass

    def let_go(self) -> None:
        """Let go of what is personal and whose time is over, and remind; once an hour."""
        self._in_turn("retention", self._let_go, every_s=3600)

    def _let_go(self, now: float, _overdue_s: float) -> None:
        erased = retention.BATCH
        failed: Sequence[Exception] = ()
        while erased == retention.BATCH:
            with self.database.writing() as session:
                done = retention.run(session, keys=self.keys, ledger=self.ledger, now=now)
            erased, failed = done.counts["person"], done.failed
        with self.database.writing() as session:
            reminder.run(session, now=now)
        self.database.scrub(retention.TABLES)
        if failed:
            raise ExceptionGroup("not let go of", failed)

    def _in_turn(self, name: str, work: Callable[[float, float], None], *, every_s: float) -> None:
        """Do a duty that is due, if no other worker does; one that raises is due again soon."""
        now = self.clock.now()
        with self.database.writing() as session:
            for_s = min(every_s, AGAIN_S)
            overdue_s = chore.take(session, name, every_s=every_s, for_s=for_s, now=now)
        if overdue_s is not None:
            work(now, overdue_s)
            with self.database.writing() as session:
                chore.done(session, name, next_at=now + every_s)
