"""What is fuzzed: each target takes bytes as a stranger would send them, and raises only for a bug.

  jsonrpc   a line at one of the Unix sockets      scanner   what comes from a scanner's cable
  token     a scanned text at the credential edge  news      what the centre says, at the cabinet
  events    what a cabinet posts, at the centre

A target keeps its state from one input to the next, as the process that it stands for does.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError
from sqlmodel import select

from central import migration
from central.database import Database
from central.key import KeyRing as CentreKeys
from central.operation import enrolment, intake
from central.record.cabinet import Cabinet, CabinetEvent
from drivers.scanners import ScanDecoder, ScanEnd
from locker.clock import CentreTime
from locker.contract.centre import EventsPost, News, WireEntry
from locker.contract.chain import GENESIS, Stamp, seal
from locker.contract.credential import TOKEN_TYPE, GrantClaims, SignedQr, classify
from locker.contract.jsonrpc import LineBuffer, LineTooLongError, RpcLineError, decode, encode
from locker.core.engine import Engine
from locker.core.input import Input, NewsCame, Settings, Started
from locker.core.moment import Moment
from locker.credential import CabinetSecrets, CredentialEdge, KeyRing
from locker.identity import b64, public_text
from locker.inbox import Acknowledged, Forked, Message
from locker.journal.journal import Journal
from locker.news_worker import NewsWorker
from locker.staff_view import staff_slice
from locker.view import Around, slices
from tests.unit.locker.core.bench_cabinet import START_WALL, make_places

Target = Callable[[bytes], object]
STAMP = Stamp("b-1", 1, START_WALL, trusted=True)
MOMENT = Moment(100.0, START_WALL, trusted=True, floor=START_WALL)


@contextmanager
def jsonrpc() -> Iterator[Target]:
    """Lines are cut alike however they come; what is read can be written, and reads the same."""

    def take(data: bytes) -> object:
        whole, single = LineBuffer(), LineBuffer()
        try:
            lines = whole.feed(data)
        except LineTooLongError:
            return None
        assert [line for byte in data for line in single.feed(bytes((byte,)))] == lines
        for line in lines:
            try:
                message = decode(line)
            except RpcLineError as error:
                encode(error.fault)
            else:
                assert decode(encode(message).rstrip(b"\n")) == message
        return lines

    yield take


@contextmanager
def scanner() -> Iterator[Target]:
    """The first byte chooses what ends a scan; portions make no difference; nothing is kept."""
    ends = tuple(ScanEnd)

    def take(data: bytes) -> object:
        if not data:
            return None
        end, data = ends[data[0] % len(ends)], data[1:]
        whole, single = ScanDecoder(end), ScanDecoder(end)
        found = whole.feed(data)
        assert [scan for byte in data for scan in single.feed(bytes((byte,)))] == found
        assert len(whole._unread) <= 1026
        assert whole.receive_silence() == single.receive_silence()
        assert whole.receive_silence() == []
        return found

    yield take


@contextmanager
def token() -> Iterator[Target]:
    """Nothing is taken that our key did not sign; claims that it did sign are read or refused."""
    key = Ed25519PrivateKey.generate()
    keys = KeyRing()
    keys.learn({"k-1": public_text(key)})
    edge = CredentialEdge(CabinetSecrets("cab-1", b"b" * 32, 0.0), keys, hold=lambda _: None)
    head = b64(json.dumps({"alg": "EdDSA", "kid": "k-1", "typ": TOKEN_TYPE}).encode())

    def take(data: bytes) -> object:
        text = data.decode("utf-8", "replace")
        if isinstance(classify(text), SignedQr):
            assert keys.verify(text.strip()) is None
        read = [edge.read(scan) for scan in ScanDecoder(ScanEnd.CR).feed(data + b"\r")]
        signed = f"{head}.{b64(data)}"
        claims = keys.verify(f"{signed}.{b64(key.sign(signed.encode()))}")
        if claims is not None:
            try:
                found = GrantClaims.from_json(claims)
            except ValueError:
                return read
            assert GrantClaims.from_json(found.to_json()) == found
        return read

    yield take


class _News:
    """A centre's client that answers what it is handed."""

    def __init__(self) -> None:
        self.answer = News(n=0, centre_time=START_WALL)

    def news(self, *, after: int, wait_s: int) -> News:
        return self.answer


@contextmanager
def news() -> Iterator[Target]:
    """Whatever the centre says is judged, committed, shown, and survives a restart."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    journal = Journal.open(folder / "journal.db", stamp=STAMP)
    engine = Engine(make_places(), journal.load_state(), Settings())
    client, centre_time = _News(), CentreTime()
    centre_time.heard(START_WALL, sent_s=100.0, received_s=100.0)

    def handle(happened: Input) -> None:
        turn = engine.handle(happened, MOMENT)
        journal.append(turn.events, turn.changes, STAMP)
        engine.adopt(turn)
        docket = engine.docket(MOMENT)
        shown = slices(docket, Around(qr=None, checking=False, scanner_fitted=True))
        json.dumps(
            [part.at(100.0) for part in (*shown.values(), staff_slice(docket, Around()))],
            allow_nan=False,
        )
        if isinstance(happened, NewsCame):
            worker.settled(0)

    def tell(message: Message) -> None:
        assert not isinstance(message, Acknowledged | Forked)
        handle(message)

    worker = NewsWorker(
        client,  # type: ignore[arg-type] # answers as the real one does
        after=0, centre_time=centre_time, clock=lambda: 100.0, tell=tell, line_is_back=lambda: None,
    )  # fmt: skip

    def take(data: bytes) -> object:
        try:
            client.answer = News.model_validate_json(data)
        except ValidationError:
            return None
        worker.turn()
        assert journal.load_state().records() == engine.state.records()
        return client.answer

    handle(Started("b-1", "1", None))
    try:
        yield take
    finally:
        journal.close()
        shutil.rmtree(folder)


@contextmanager
def events() -> Iterator[Target]:
    """A post that is one is stored and acknowledged, and our books could follow its events.

    A JSON list of [kind, body] is sealed into a good chain, for what lies behind the chain's check.
    """
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    url = f"sqlite:///{folder / 'centre.db'}"
    database = Database(url)
    migration.upgrade(database)
    keys = CentreKeys.open(folder / "keys")
    with database.writing() as session:
        place = enrolment.Place("7", "润园社区", "居委会门口", "0311-00000000")
        row = enrolment.create_cabinet(session, place, now=START_WALL)
        assert isinstance(row, Cabinet)
        cabinet = row.id
    numbers = iter(range(1, 2**31))

    def take(data: bytes) -> object:
        try:
            post = _sealed(data, f"j-{next(numbers)}") or EventsPost.model_validate_json(data)
        except (ValidationError, ValueError, RecursionError):
            return None
        if any(wire.sequence > intake.BIGGEST_SEQUENCE for wire in post.events):
            return None
        with database.writing() as session:
            ack = intake.take(session, cabinet, post, keys=keys, now=START_WALL)
        ack.model_dump_json()
        with database.reading() as session:
            lost = select(CabinetEvent).where(CabinetEvent.flag == "unprojected")
            assert session.exec(lost).first() is None
        return ack

    try:
        yield take
    finally:
        database.close()
        shutil.rmtree(folder)


def _sealed(data: bytes, journal: str) -> EventsPost | None:
    pairs = json.loads(data)
    if not isinstance(pairs, list):
        return None
    previous, chain = GENESIS, []
    for number, (kind, body) in enumerate(pairs[:20], start=1):
        entry = seal(
            journal=journal, sequence=number, kind=kind, body=body, stamp=STAMP, previous=previous
        )
        chain.append(WireEntry.of(entry))
        previous = entry.hash
    return EventsPost(journal=journal, events=tuple(chain))


TARGETS: Mapping[str, Callable[[], AbstractContextManager[Target]]] = {
    "jsonrpc": jsonrpc,
    "scanner": scanner,
    "token": token,
    "news": news,
    "events": events,
}
CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> list[Path]:
    """Give the kept inputs of a target: seeds, and each that once found a bug."""
    return sorted((CORPUS / name).iterdir())
