"""What a cabinet and the centre say to each other over HTTPS. Version 1.

The cabinet decides what is physical, the centre decides who may. The centre accepts unknown
fields and the previous version; so does the cabinet of the centre's answers.

  POST /v1/enrolments            Enrolment          -> Enrolled      once, with a one-time code
  POST /v1/login/nonces          NonceAsk           -> Nonce
  POST /v1/login/sessions        Login              -> Session       bearer token, one hour
  POST /v1/events                EventsPost         -> EventsAck     Authorization: Bearer …
  GET  /v1/news?after=N&wait=25                     -> News
  GET  /v1/bulletin                                 -> Bulletin      (locker.contract.bulletin)
  POST /v1/asks                  GlassAsk           -> AskTaken

Errors are `Problem` with HTTP 4xx/5xx. 401: open a new session. 403 `revoked`: stop asking.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from locker.contract.chain import Entry, Stamp
from locker.contract.layout import Layout
from locker.contract.vocabulary import Capability, HelpAnswer, LastFour, PhoneUse, Purpose

CONTRACT_VERSION = 1
EVENTS_PER_POST = 200
COMMAND_LIFE_S = 30.0
NEWS_WAIT_S = 25

Token = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]
"""A number that can be written down again: the journal's canonical JSON knows no other."""
Hex64 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Message(BaseModel):
    """Base of every message of this border: frozen, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Enrolment(Message):
    """A cabinet introduces itself. Keys are base64url of 32 raw Ed25519 bytes."""

    version: int = CONTRACT_VERSION
    code: str = Field(min_length=8, max_length=64)
    login_key: str = Field(min_length=43, max_length=44)
    head_key: str = Field(min_length=43, max_length=44)
    journal: Token
    code_salt: str = Field(min_length=22, max_length=64)
    """base64url of the salt of typed codes' digests."""
    badge_key: str = Field(min_length=43, max_length=44)
    """base64url of the 32-byte key of badge look-ups (HMAC-SHA-256) and salt of badge digests."""
    layout: Layout
    software: str = Field(max_length=40)


class SigningKey(Message):
    """A public key of the centre for signed QR codes."""

    kid: Token
    key: str = Field(min_length=43, max_length=44)


class Enrolled(Message):
    """The centre's welcome."""

    cabinet: Token
    centre_time: Finite
    keys: tuple[SigningKey, ...]
    public_url: str
    """What people's phones open, for example https://bbg.example.org (no slash at the end)."""
    community: str
    site: str
    telephone: str
    earlier: bool = False
    """This cabinet had another journal before: what lies in its boxes is not in the new one."""


class NonceAsk(Message):
    """Ask for something to sign."""

    cabinet: Token


class Nonce(Message):
    """128 random bits, good for one minute and one use."""

    nonce: str
    centre_time: Finite


class Login(Message):
    """Answer: the signature, base64url, of `credential.login_message`."""

    cabinet: Token
    nonce: Token
    signature: str


class Session(Message):
    """Opens the other routes until `life_s` is over."""

    token: str
    life_s: int
    centre_time: Finite


class WireStamp(Message):
    """`chain.Stamp` on the wire."""

    boot: str = Field(max_length=64)
    mono_ms: int
    wall: float
    trusted: bool


class WireEntry(Message):
    """One journal entry as it travels; `kind` and `body` may be of a newer cabinet."""

    sequence: int = Field(ge=1)
    kind: str = Field(min_length=1, max_length=64)
    body: dict[str, Any]
    stamp: WireStamp
    previous: Hex64
    hash: Hex64

    def entry(self, journal: str) -> Entry:
        """Give the entry as the chain knows it."""
        stamp = Stamp(self.stamp.boot, self.stamp.mono_ms, self.stamp.wall, self.stamp.trusted)
        return Entry(journal, self.sequence, self.kind, self.body, stamp, self.previous, self.hash)

    @classmethod
    def of(cls, entry: Entry) -> WireEntry:
        """Make the wire form of a stored entry."""
        stamp = WireStamp(
            boot=entry.stamp.boot,
            mono_ms=entry.stamp.mono_ms,
            wall=entry.stamp.wall,
            trusted=entry.stamp.trusted,
        )
        return cls(
            sequence=entry.sequence,
            kind=entry.kind,
            body=entry.body,
            stamp=stamp,
            previous=entry.previous,
            hash=entry.hash,
        )


class DoorNow(Message):
    """A door as it is while the post is made; not history."""

    compartment: int
    state: Literal["closed", "open", "unknown"]
    condition: str


class EventsPost(Message):
    """Events in order, at most EVENTS_PER_POST, and the state of the doors now."""

    version: int = CONTRACT_VERSION
    journal: Token
    events: tuple[WireEntry, ...] = Field(max_length=EVENTS_PER_POST)
    doors: tuple[DoorNow, ...] = ()
    head_sequence: int = 0
    head: str = ""
    head_signature: str = ""
    """base64url signature of `credential.head_message` over the last event of this post."""
    more: bool = False
    """Whether other events wait behind these."""
    wall: float = 0.0
    reads_cards: bool = False
    """Whether a reader of people's own cards is fitted."""


class EventsAck(Message):
    """Everything up to `sequence` of that journal is durable at the centre.

    `fork`: the centre knows another history of this journal; the cabinet starts a new one.
    """

    journal: Token
    sequence: int
    centre_time: Finite
    fork: bool = False


class GrantNews(Message):
    """A permission for this cabinet."""

    item: Literal["grant"] = "grant"
    grant: Token
    purpose: Purpose
    consignment: Token
    matter: str = Field(default="", max_length=64)
    reference: str = Field(default="", max_length=32)
    issued_at: Finite
    expires_at: Finite
    code_digest: str | None = None
    low_door: bool = False
    size: str = Field(default="", pattern="^[SML]?$")
    card_lookup: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """The card of whose grant it is, and with its digits, as `digest.card_at` of this cabinet."""
    card_digest: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    last_four: LastFour | None = None
    """What is asked at the door beside the code; then `last_four_digest` is of both together."""
    last_four_digest: str | None = None


class RevokeNews(Message):
    """A permission is withdrawn."""

    item: Literal["revoke"] = "revoke"
    grant: Token
    reason: str = Field(default="", max_length=120)


class StaffNews(Message):
    """A badge, new or replaced."""

    item: Literal["staff"] = "staff"
    staff: Token
    lookup: str
    digest: str
    capabilities: tuple[Capability, ...]
    expires_at: Finite


class StaffGoneNews(Message):
    """A badge is no longer good."""

    item: Literal["staff_gone"] = "staff_gone"
    staff: Token


class KeyNews(Message):
    """A new signing key of the centre."""

    item: Literal["key"] = "key"
    kid: Token
    key: str


class KeyGoneNews(Message):
    """A signing key of the centre is no longer good."""

    item: Literal["key_gone"] = "key_gone"
    kid: Token


class PhoneNews(Message):
    """A phone scanned the glass; both show `word` (the key of a word, for example "shiliu")."""

    item: Literal["phone"] = "phone"
    word: str = Field(max_length=40)
    at: Finite
    """Centre time of the scan; the glass ignores it after 60 s."""


class HelpNews(Message):
    """Whoever is on duty has seen the call for help."""

    item: Literal["help"] = "help"
    answer: HelpAnswer
    at: Finite
    """Centre time of the answer; the glass ignores it after ten minutes."""


class OpenCommand(Message):
    """Open a door for this grant now: a resident with presence, or staff with a reason."""

    item: Literal["open"] = "open"
    command: Token
    grant: Token
    issued_at: Finite
    life_s: Finite = Field(default=COMMAND_LIFE_S, gt=0, le=COMMAND_LIFE_S)
    by: Literal["resident", "staff"] = "resident"
    reason: str = Field(default="", max_length=200)
    second: str = Field(default="", max_length=64)
    """The second member of staff whose session asked for it too, where two people must."""


NewsItem = Annotated[
    GrantNews
    | RevokeNews
    | StaffNews
    | StaffGoneNews
    | KeyNews
    | KeyGoneNews
    | PhoneNews
    | HelpNews
    | OpenCommand,
    Field(discriminator="item"),
]


class NumberedNews(Message):
    """One item under the cabinet's own counter. An unknown `item` is skipped, its `n` counted."""

    n: int = Field(ge=1)
    item: dict[str, Any]


class News(Message):
    """Items after the cabinet's N, in order; or everything anew.

    `snapshot`: the cabinet's N was unknown, so `items` is the whole of what is in force; grants
    and badges that it does not name are to be dropped. `n`: the counter after these items.
    """

    n: int
    items: tuple[NumberedNews, ...] = ()
    snapshot: bool = False
    centre_time: Finite


class GlassAsk(Message):
    """A telephone number that somebody typed at the glass. The cabinet writes it down nowhere."""

    use: PhoneUse
    phone: str = Field(pattern=r"^[0-9]{10,12}$", repr=False)


class AskTaken(Message):
    """The centre has it; the answer is the same whether it knows the number or not."""

    ok: Literal[True] = True


class Problem(Message):
    """What went wrong, for a machine and for a technician."""

    failure: str
    detail: str = ""
