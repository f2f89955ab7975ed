"""The edge: what is scanned, verified or refused by its form."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey

from drivers.scanners import Garbled, GarbledReason, Oversized, Scan
from locker.contract.credential import GrantClaims
from locker.contract.digest import badge_lookup
from locker.contract.failure import Failure
from locker.contract.vocabulary import LastFour, Purpose
from locker.core.input import BadgeShown, CardShown, Input, LabelShown, QrShown, ShownRefused
from locker.credential import CabinetSecrets, CredentialEdge, KeyRing, warm_up

CENTRE = OKPKey.generate_key("Ed25519")
STRANGER = OKPKey.generate_key("Ed25519")
BADGE_KEY = b"b" * 32
CLAIMS = GrantClaims(1, "g-1", "cab-1", Purpose.COLLECT, "c-1", "m-1", "R-1", 2000, 9000)


def sign(claims: object, *, key: OKPKey = CENTRE, **header: object) -> str:
    head = {"alg": "EdDSA", "kid": "k-1", "typ": "bbg", **header}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jws.serialize_compact(head, json.dumps(claims), key, algorithms=["EdDSA"])


class Bench:
    """An edge with the centre's key, and the badges it handed over."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.keys = KeyRing()
        self.keys.learn({"k-1": str(CENTRE.as_dict(private=False)["x"])})
        known = CabinetSecrets("cab-1", BADGE_KEY, tokens_from=1000.0)
        self.cards: list[str] = []
        self.edge = CredentialEdge(
            known,
            self.keys,
            hold=self.held.append,
            hold_code=self.held.append,
            hold_card=self.cards.append,
        )

    def read(self, text: str) -> Input:
        return self.edge.read(Scan(text, text.encode()))

    def failure(self, text: str) -> Failure:
        found = self.read(text)
        assert isinstance(found, ShownRefused)
        return found.failure


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_token_that_the_centre_signed_is_shown_to_the_core(bench: Bench) -> None:
    assert bench.read(sign(CLAIMS.to_json())) == QrShown(CLAIMS)


def test_the_code_in_a_qr_to_which_four_digits_are_typed_goes_no_further(bench: Bench) -> None:
    asking = replace(CLAIMS, last_four=LastFour.PHONE)
    shown = bench.read(sign(replace(asking, code="12345678").to_json()))
    assert (shown, bench.held) == (QrShown(asking), ["12345678"])
    assert "12345678" not in repr(replace(asking, code="12345678"))
    assert bench.failure(sign(CLAIMS.to_json() | {"last_four": "shoe"})) is Failure.UNREADABLE


def test_token_of_a_stranger_is_refused(bench: Bench) -> None:
    assert bench.failure(sign(CLAIMS.to_json(), key=STRANGER)) is Failure.SIGNATURE_BAD


def test_token_with_an_unknown_key_id_is_refused(bench: Bench) -> None:
    assert bench.failure(sign(CLAIMS.to_json(), kid="k-9")) is Failure.SIGNATURE_BAD


def test_token_of_another_type_is_refused(bench: Bench) -> None:
    assert bench.failure(sign(CLAIMS.to_json(), typ="JWT")) is Failure.SIGNATURE_BAD


def test_token_with_one_changed_letter_is_refused(bench: Bench) -> None:
    token = sign(CLAIMS.to_json())
    head, payload, signature = token.split(".")
    changed = payload[:20] + ("A" if payload[20] != "A" else "B") + payload[21:]
    assert bench.failure(f"{head}.{changed}.{signature}") is Failure.SIGNATURE_BAD


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0078754499", "04B1B2C3"),
        ("04b1b2c3", "04B1B2C3"),
        ("9999999999", "9999999999"),
        ("04B1B2C3D4E5F6", "04B1B2C3D4E5F6"),
        (" 04B1B2C3D4E5F60718AA\n", "04B1B2C3D4E5F60718AA"),
    ],
)
def test_a_card_is_held_under_its_one_spelling_until_its_digits_come(
    bench: Bench, typed: str, number: str
) -> None:
    assert bench.read(typed) == CardShown()
    assert bench.cards == [number]


@pytest.mark.parametrize("typed", ["12345678", "123456789", "04B1B2C", "0x04B1B2C3", "04B1B2CG"])
def test_what_no_card_reader_types_is_no_card(bench: Bench, typed: str) -> None:
    assert bench.failure(typed) is Failure.NOT_OURS
    assert bench.cards == []


def test_without_a_reader_of_cards_a_cards_number_is_nothing_of_ours() -> None:
    known = CabinetSecrets("cab-1", BADGE_KEY, tokens_from=1000.0)
    edge = CredentialEdge(known, KeyRing(), hold=lambda _: None)
    found = edge.read(Scan("0078754499", b"0078754499"))
    assert found == ShownRefused(Failure.NOT_OURS, "scan")


def test_token_for_another_cabinet_says_so(bench: Bench) -> None:
    claims = replace(CLAIMS, cabinet="cab-2")
    assert bench.failure(sign(claims.to_json())) is Failure.OTHER_CABINET


def test_token_from_before_the_enrolment_says_so(bench: Bench) -> None:
    claims = replace(CLAIMS, iat=999)
    assert bench.failure(sign(claims.to_json())) is Failure.BEFORE_ENROLMENT


def test_token_from_before_a_new_journal_says_so(bench: Bench) -> None:
    bench.edge.refuse_before(2001.0)
    assert bench.failure(sign(CLAIMS.to_json())) is Failure.BEFORE_ENROLMENT


def test_signed_nonsense_is_unreadable(bench: Bench) -> None:
    assert bench.failure(sign({"v": 1, "grant": 5})) is Failure.UNREADABLE
    assert bench.failure(sign([1, 2, 3, 4])) is Failure.SIGNATURE_BAD


def test_badge_is_looked_up_and_its_secret_held_for_the_pin(bench: Bench) -> None:
    secret = "A" * 26
    assert bench.read(f"BBG:B:{secret}") == BadgeShown(badge_lookup(secret, badge_key=BADGE_KEY))
    assert bench.held == [secret]


def test_label_is_shown_to_the_core(bench: Bench) -> None:
    assert bench.read("BBG:L:c-1") == LabelShown("c-1")


@pytest.mark.parametrize(
    "text", ["https://example.org", "12345678", "BBG:B:short", "a.b.c", "WIFI:S:x;;", "x" * 900]
)
def test_code_of_something_else_is_not_ours(bench: Bench, text: str) -> None:
    assert bench.failure(text) is Failure.NOT_OURS


def test_garbled_and_oversized_lines_are_unreadable(bench: Bench) -> None:
    for scan in (
        Oversized(1024),
        Garbled(GarbledReason.CONTROL_CHARACTERS, b"\x00"),
        Scan("x" * 1025, b""),
    ):
        found = bench.edge.read(scan)
        assert isinstance(found, ShownRefused)
        assert found.failure is Failure.UNREADABLE


def test_nothing_scanned_is_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    token = sign(CLAIMS.to_json(), key=STRANGER)
    bench.read(token)
    assert caplog.text
    assert not any(part in caplog.text for part in token.split("."))


def test_fingerprints_of_two_runs_differ() -> None:
    assert Bench().edge.fingerprint("x") != Bench().edge.fingerprint("x")


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=300))
def test_any_text_gets_an_answer_and_never_an_exception(text: str) -> None:
    assert not isinstance(Bench().read(text), QrShown)


def test_key_that_is_no_key_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    keys = KeyRing()
    with caplog.at_level("CRITICAL", logger="locker.credential"):
        keys.learn({"k-1": "zz"})
    assert keys.verify(sign(CLAIMS.to_json())) is None


def test_warming_up_is_harmless() -> None:
    warm_up()
