"""The thread that waits for the centre's news: grants, badges, keys, phones and commands.

The counter N lives in the books and moves in the commit that applies the news, so nothing is
asked for twice and nothing is skipped. Knows no books: it is told N after each commit.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
from collections.abc import Callable

from pydantic import TypeAdapter, ValidationError

from locker.centre_client import CentreClient, CentreError, CentreRefusedError
from locker.clock import CentreTime
from locker.contract.centre import (
    NEWS_WAIT_S,
    GrantNews,
    HelpNews,
    KeyGoneNews,
    KeyNews,
    News,
    NewsItem,
    OpenCommand,
    PhoneNews,
    RevokeNews,
    StaffGoneNews,
    StaffNews,
)
from locker.contract.event import (
    GrantPut,
    GrantRevoked,
    KeyPut,
    KeyRemoved,
    StaffPut,
    StaffRemoved,
)
from locker.core.input import (
    CentreHeard,
    HelpAnswered,
    NewsCame,
    NewsValue,
    OpenCommanded,
    PhoneArrived,
)
from locker.crew import SignOfLife
from locker.inbox import Message

log = logging.getLogger(__name__)

RETRY_S = 1.0
REVOKED_S = 300.0
COMMIT_S = 5.0
"""How long a commit of news may take before the same news is asked for again."""

_ITEM: TypeAdapter[NewsItem] = TypeAdapter(NewsItem)


class NewsWorker:
    """One long poll after the other. `line_is_back` tells the events worker."""

    def __init__(
        self,
        client: CentreClient,
        *,
        after: int,
        centre_time: CentreTime,
        clock: Callable[[], float],
        tell: Callable[[Message], None],
        line_is_back: Callable[[], None],
    ) -> None:
        self._client = client
        self._after = after
        self._centre_time = centre_time
        self._clock = clock
        self._tell = tell
        self._line_is_back = line_is_back
        self._settled: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._connected = False
        self._failing = False

    def settled(self, n: int) -> None:
        """The core is done with the last news; N in the books is `n` now."""
        self._settled.put(n)

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Ask until stopped."""
        try:
            while not stop.is_set():
                life.beat()
                stop.wait(self.turn())
        finally:
            self._client.close()

    def turn(self) -> float:
        """Ask once; give the seconds to pause before the next time."""
        try:
            news = self._client.news(
                after=self._after, wait_s=NEWS_WAIT_S if self._connected else 0
            )
        except CentreError as error:
            return self._failed(error)
        if self._failing:
            log.info("centre: reached again")
        self._connected, self._failing = True, False
        self._tell(CentreHeard(ok=True, at_s=self._clock()))
        self._line_is_back()
        if news.snapshot or news.items or news.n != self._after:
            return self._pass_on(news)
        return 0.0

    def _pass_on(self, news: News) -> float:
        items = [
            value
            for numbered in sorted(news.items, key=lambda item: item.n)
            if (value := self._value(numbered.n, numbered.item)) is not None
        ]
        while not self._settled.empty():
            self._settled.get()
        self._tell(NewsCame(news.n, tuple(items), snapshot=news.snapshot))
        try:
            self._after = self._settled.get(timeout=COMMIT_S)
        except queue.Empty:
            log.warning("news up to %d: not in the books yet", news.n)
            return RETRY_S
        return 0.0 if self._after == news.n else RETRY_S

    def _failed(self, error: CentreError) -> float:
        self._tell(CentreHeard(ok=False, at_s=self._clock()))
        self._connected = False
        if not self._failing:
            log.warning("centre: no news (%s)", error)
        self._failing = True
        if isinstance(error, CentreRefusedError) and error.revoked:
            return REVOKED_S
        return RETRY_S * random.uniform(0.75, 1.25)  # noqa: S311 - spreads cabinets, no secret

    def _value(self, n: int, raw: dict[str, object]) -> NewsValue | None:
        try:
            item = _ITEM.validate_python(raw)
        except ValidationError:
            log.warning("news %d: unknown or invalid item %.40r, skipped", n, raw.get("item"))
            return None
        match item:
            case PhoneNews(word=word, at=at):
                now = self._centre_now()
                return None if now is None else PhoneArrived(word, max(0.0, now - at))
            case HelpNews(answer=answer, at=at):
                now = self._centre_now()
                return None if now is None else HelpAnswered(answer, max(0.0, now - at))
            case OpenCommand():
                return self._command(item)
            case _:
                return _record_value(item)

    def _command(self, item: OpenCommand) -> OpenCommanded:
        now = self._centre_now()
        left_s = None if now is None else min(item.life_s, item.issued_at + item.life_s - now)
        return OpenCommanded(item.command, item.grant, left_s, item.by, item.reason, item.second)

    def _centre_now(self) -> float | None:
        return self._centre_time.at(self._clock())


def _record_value(
    item: GrantNews | RevokeNews | StaffNews | StaffGoneNews | KeyNews | KeyGoneNews,
) -> NewsValue:
    match item:
        case GrantNews():
            return GrantPut(
                grant=item.grant, purpose=item.purpose, consignment=item.consignment,
                issued_at=item.issued_at, expires_at=item.expires_at, source="news",
                matter=item.matter, reference=item.reference, code_digest=item.code_digest,
                card_lookup=item.card_lookup, card_digest=item.card_digest,
                low_door=item.low_door, size=item.size, last_four=item.last_four,
                last_four_digest=item.last_four_digest,
            )  # fmt: skip
        case RevokeNews():
            return GrantRevoked(item.grant, item.reason)
        case StaffNews():
            return StaffPut(
                item.staff, item.lookup, item.digest, item.capabilities, item.expires_at
            )
        case StaffGoneNews():
            return StaffRemoved(item.staff)
        case KeyNews():
            return KeyPut(item.kid, item.key)
        case KeyGoneNews():
            return KeyRemoved(item.kid)
