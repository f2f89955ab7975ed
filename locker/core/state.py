"""What the cabinet holds: records that events change, and that the journal keeps as projections.

Every record is frozen; a change makes a new one under the same key. `Draft` is a set of changes
over a `State`, so that a turn can be dropped whole when its commit fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeVar

from locker.contract.outage import Outage
from locker.contract.vocabulary import (
    AttemptState,
    Capability,
    Condition,
    Contact,
    CredentialKind,
    DoorState,
    GrantState,
    LastFour,
    Purpose,
    VisitOutcome,
)

JUMP_HELD_S = 3600.0
"""For so long nothing expires because of a forward jump of the clock."""


class Table(StrEnum):
    """The kinds of records; also the names under which the journal keeps them."""

    COMPARTMENT = "compartment"
    GRANT = "grant"
    VISIT = "visit"
    ATTEMPT = "attempt"
    STAFF = "staff"
    KEY = "key"
    COMMAND = "command"
    LEDGER = "ledger"
    CONTACT = "contact"
    AUDIT = "audit"


SURE_BEFORE = "staff_occupied"
"""Reason of a box that was put out of service while it was known what lay in it."""


@dataclass(frozen=True, slots=True)
class CompartmentRecord:
    """The books of one compartment.

    `failures`: failed attempts in a row. `inbound`: whether what lies in it was dropped off
    (True), loaded (False) or is not known (None). `pulses`: of its lock in all; `pulsed_at`: Unix
    seconds of the latest. `out_since` and `outages`: when it could not be opened for anybody.
    """

    table: ClassVar[Table] = Table.COMPARTMENT
    number: int
    condition: Condition = Condition.FREE
    consignment: str | None = None
    reason: str = ""
    failures: int = 0
    inbound: bool | None = None
    confirmed: bool = True
    pulses: int = 0
    pulsed_at: tuple[float, ...] = ()
    out_since: float | None = None
    outages: tuple[Outage, ...] = ()

    @property
    def key(self) -> str:
        """The key in its table."""
        return str(self.number)

    @property
    def surely_holds(self) -> bool:
        """Whether the books know for certain what lies in it, out of service or not."""
        return self.condition is Condition.OCCUPIED or (
            self.condition is Condition.OUT_OF_SERVICE and self.reason == SURE_BEFORE
        )


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """One permission and where it stands. `ended`: its place among ended grants, else 0.

    `opened_compartment`: where it was used. `reopenings`: how often it was opened again.
    `revoked_for`: the reason of its withdrawal.
    """

    table: ClassVar[Table] = Table.GRANT
    grant: str
    purpose: Purpose
    consignment: str
    issued_at: float
    expires_at: float
    source: str
    matter: str = ""
    reference: str = ""
    code_digest: str | None = None
    low_door: bool = False
    size: str = ""
    state: GrantState = GrantState.LIVE
    visit: str | None = None
    opened_compartment: int | None = None
    reopenings: int = 0
    ended: int = 0
    revoked_for: str = ""
    card_lookup: str | None = None
    card_digest: str | None = None
    last_four: LastFour | None = None
    last_four_digest: str | None = None

    @property
    def key(self) -> str:
        """The key in its table."""
        return self.grant


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """One person's use of one grant at one compartment."""

    table: ClassVar[Table] = Table.VISIT
    visit: str
    grant: str
    purpose: Purpose
    consignment: str
    compartment: int
    credential: CredentialKind
    staff: str | None = None
    attempts: int = 0
    attempt: str | None = None
    opened: bool = False
    shut: bool = False
    outcome: VisitOutcome | None = None
    settled: bool = False
    """Whether the content of the box was entered in the books by this visit."""
    person_saw_open: bool = False
    opened_at: float = 0.0
    dated: bool = True
    """Whether the clock was believed then; if not, it was at `opened_at` or any time later."""
    ended_at: float = 0.0
    counted: bool = False
    """Whether it, or one at this box shortly before it, counts in the rule of two people."""
    condition_before: Condition | None = None
    held_before: str | None = None
    """What the books said of the box when the visit began."""
    told_open: bool = False
    """Whether staff were told that its door stands open."""

    @property
    def key(self) -> str:
        """The key in its table."""
        return self.visit


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """The life of one pulse. `at`: Unix seconds of the commit, `trusted` if believed."""

    table: ClassVar[Table] = Table.ATTEMPT
    attempt: str
    visit: str
    compartment: int
    number: int
    door_before: DoorState
    reopening: bool
    at: float
    state: AttemptState = AttemptState.COMMITTED
    reason: str = ""
    """Why it is unresolved."""

    @property
    def key(self) -> str:
        """The key in its table."""
        return self.attempt


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """A badge that is good at this cabinet."""

    table: ClassVar[Table] = Table.STAFF
    staff: str
    lookup: str
    digest: str
    capabilities: tuple[Capability, ...]
    expires_at: float

    @property
    def key(self) -> str:
        """The key in its table."""
        return self.staff


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A public key of the centre; `public` is base64url of its 32 raw bytes."""

    table: ClassVar[Table] = Table.KEY
    kid: str
    public: str

    @property
    def key(self) -> str:
        """The key in its table."""
        return self.kid


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command that was judged, so that a replay is recognised. `order`: its running number."""

    table: ClassVar[Table] = Table.COMMAND
    command: str
    order: int

    @property
    def key(self) -> str:
        """The key in its table."""
        return self.command


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """What is thought of one door contact, and what was held against it since it last worked."""

    table: ClassVar[Table] = Table.CONTACT
    number: int
    contact: Contact = Contact.TRUSTED
    doubts: Mapping[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The key in its table."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """The audit that is under way; the only record of its table, under the key "".

    `left`: the compartments that are still to be looked into, in walking order.
    """

    table: ClassVar[Table] = Table.AUDIT
    audit: str
    staff: str
    total: int
    left: tuple[int, ...]
    checked: int = 0
    missing: int = 0
    unexpected: int = 0
    skipped: int = 0

    @property
    def key(self) -> str:
        """The key in its table."""
        return ""


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """The few single values of the cabinet. The only record of its table, under the key ""."""

    table: ClassVar[Table] = Table.LEDGER
    journal: str = ""
    boot: str = ""
    visits: int = 0
    attempts: int = 0
    commands: int = 0
    ended_grants: int = 0
    news: int = 0
    wrong_codes: int = 0
    keypad_pause_s: int = 0
    walk_ins: int = 0
    down_since: Mapping[str, float] = field(default_factory=dict)
    """Parts that are away now, with the Unix second since when."""
    outages: tuple[Outage, ...] = ()
    jumped_at: float = 0.0
    jumped_s: float = 0.0
    """When the wall clock last jumped forward, and how far."""
    digits_day: int = 0
    digits_wrong: Mapping[str, int] = field(default_factory=dict)
    """Wrong digits by card, or by grant, of that local day (its ordinal) only."""

    @property
    def key(self) -> str:
        """The key in its table."""
        return ""

    def held_back_s(self, surely: float) -> float:
        """Give by how much a jump of the last hour must not hurry anything."""
        return self.jumped_s if 0.0 <= surely - self.jumped_at < JUMP_HELD_S else 0.0


Record = (
    CompartmentRecord
    | GrantRecord
    | VisitRecord
    | AttemptRecord
    | StaffRecord
    | KeyRecord
    | CommandRecord
    | LedgerRecord
    | ContactRecord
    | AuditRecord
)

RECORD_TYPES: Mapping[Table, type[Record]] = {
    Table.COMPARTMENT: CompartmentRecord,
    Table.GRANT: GrantRecord,
    Table.VISIT: VisitRecord,
    Table.ATTEMPT: AttemptRecord,
    Table.STAFF: StaffRecord,
    Table.KEY: KeyRecord,
    Table.COMMAND: CommandRecord,
    Table.LEDGER: LedgerRecord,
    Table.CONTACT: ContactRecord,
    Table.AUDIT: AuditRecord,
}

Key = tuple[Table, str]
"""A record's table and its key in it; a compartment's key is its number in decimal."""

Changes = Mapping[Key, Record | None]
"""New value by key; None: the record is dropped."""

R = TypeVar("R", bound=Record)


class GrantIndex:
    """Where grants are found by what is shown: thousands of them are held."""

    def __init__(self) -> None:
        self._by_code: dict[str, set[str]] = {}
        self._by_consignment: dict[str, set[str]] = {}
        self._by_ended: dict[int, str] = {}

    def put(self, old: Record | None, new: Record | None) -> None:
        """Take a change of one grant; other records pass."""
        if isinstance(old, GrantRecord):
            self._by_code.get(old.code_digest or "", set()).discard(old.grant)
            self._by_consignment.get(old.consignment, set()).discard(old.grant)
            self._by_ended.pop(old.ended, None)
            self._tidy(old)
        if isinstance(new, GrantRecord):
            if new.code_digest:
                self._by_code.setdefault(new.code_digest, set()).add(new.grant)
            self._by_consignment.setdefault(new.consignment, set()).add(new.grant)
            if new.ended:
                self._by_ended[new.ended] = new.grant

    def by_code(self, digest: str) -> Iterable[str]:
        """Give the grants that this typed code belongs to."""
        return self._by_code.get(digest, ())

    def by_consignment(self, consignment: str) -> Iterable[str]:
        """Give the grants of a consignment."""
        return self._by_consignment.get(consignment, ())

    def by_ended(self, ended: int) -> str | None:
        """Give the grant that ended as this one in the order of ending."""
        return self._by_ended.get(ended)

    def _tidy(self, old: GrantRecord) -> None:
        if not self._by_code.get(old.code_digest or "", True):
            del self._by_code[old.code_digest or ""]
        if not self._by_consignment.get(old.consignment, True):
            del self._by_consignment[old.consignment]


class State:
    """All records, by table and key."""

    def __init__(self, records: Mapping[Key, Record] | None = None) -> None:
        self._tables: dict[Table, dict[str, Record]] = {table: {} for table in Table}
        self.grants = GrantIndex()
        self.put(records or {})

    def put(self, changes: Changes) -> None:
        """Take the changes of a committed turn."""
        for (table, key), record in changes.items():
            self.grants.put(self._tables[table].get(key), record)
            if record is None:
                self._tables[table].pop(key, None)
            else:
                self._tables[table][key] = record

    def get(self, table: Table, key: str) -> Record | None:
        """Give a record, or None."""
        return self._tables[table].get(key)

    def keys(self, table: Table) -> Iterator[str]:
        """Give the keys of a table."""
        return iter(self._tables[table])

    def records(self) -> dict[Key, Record]:
        """Give every record by key, for a comparison with a replay."""
        return {(table, key): r for table, rows in self._tables.items() for key, r in rows.items()}


class Draft:
    """A state with changes that are not committed yet; reads see the changes."""

    def __init__(self, base: State) -> None:
        self._base = base
        self._grants = GrantIndex()
        self.changes: dict[Key, Record | None] = {}

    def put(self, record: Record) -> None:
        """Set a record under its own key."""
        at = (record.table, record.key)
        self._grants.put(self.changes.get(at), record)
        self.changes[at] = record

    def drop(self, record: Record) -> None:
        """Forget a record."""
        at = (record.table, record.key)
        self._grants.put(self.changes.get(at), None)
        self.changes[at] = None

    def rewind(self, changes: Changes) -> None:
        """Go back to what the changes were; `changes` is a copy of them from before."""
        self.changes = dict(changes)
        self._grants = GrantIndex()
        for record in self.changes.values():
            self._grants.put(None, record)

    def find(self, kind: type[R], key: str) -> R | None:
        """Give a record of this kind, or None."""
        at = (kind.table, key)
        changes = self.changes
        record = changes[at] if changes and at in changes else self._base.get(*at)
        return record if isinstance(record, kind) else None

    def must(self, kind: type[R], key: str) -> R:
        """Give a record that the rules say exists; its absence is our bug."""
        record = self.find(kind, key)
        if record is None:
            raise KeyError(f"no {kind.__name__} {key!r}")
        return record

    def all(self, kind: type[R]) -> Iterator[R]:
        """Give all records of a kind, in no order; the draft may be changed meanwhile."""
        keys = list(self._base.keys(kind.table))
        if self.changes:
            new = (key for table, key in self.changes if table is kind.table)
            keys = list(dict.fromkeys([*keys, *new]))
        for key in keys:
            if (record := self.find(kind, key)) is not None:
                yield record

    def grants_by_code(self, digest: str) -> list[GrantRecord]:
        """Give the grants that a typed code belongs to, in the order of their ids."""
        keys = {*self._base.grants.by_code(digest), *self._grants.by_code(digest)}
        found = (self.find(GrantRecord, key) for key in sorted(keys))
        return [grant for grant in found if grant and grant.code_digest == digest]

    def grants_of(self, consignment: str) -> list[GrantRecord]:
        """Give the grants of a consignment, in the order of their ids."""
        index, base = self._grants, self._base.grants
        keys = {*base.by_consignment(consignment), *index.by_consignment(consignment)}
        found = (self.find(GrantRecord, key) for key in sorted(keys))
        return [grant for grant in found if grant and grant.consignment == consignment]

    def grant_ended_as(self, ended: int) -> GrantRecord | None:
        """Give the grant with this place among ended ones, if it is still remembered."""
        key = self._grants.by_ended(ended) or self._base.grants.by_ended(ended)
        grant = self.find(GrantRecord, key) if key else None
        return grant if grant and grant.ended == ended else None

    @property
    def ledger(self) -> LedgerRecord:
        """The single values."""
        return self.find(LedgerRecord, "") or LedgerRecord()
