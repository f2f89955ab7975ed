"""The prepared cabinet is one that the daemon's own code reads as intact and in service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from locker.contract.chain import Stamp
from locker.contract.vocabulary import Condition, GrantState
from locker.core.state import Draft, GrantRecord
from locker.identity import Identity, unb64
from locker.journal.journal import Journal
from tests.bench.history import OCCUPIED, Past, compartment_of_code, lying_in, prepare

STAMP = Stamp("b-test", 0, 0.0, trusted=False)


def prepared(folder: Path, *, events: int = 400, codes: int = 3) -> Past:
    return prepare(folder / "state", centre_url="http://127.0.0.1:9", events=events, codes=codes)


def test_the_journal_has_at_least_the_events_asked_for_and_is_intact(tmp_path: Path) -> None:
    past = prepared(tmp_path)
    journal = Journal.open(past.state_dir / "journal.db", stamp=STAMP)
    verdict = journal.verify()
    journal.close()
    assert verdict.events >= 400
    assert verdict.intact


def test_twenty_boxes_are_full_and_four_are_free(tmp_path: Path) -> None:
    past = prepared(tmp_path, events=0, codes=0)
    journal = Journal.open(past.state_dir / "journal.db", stamp=STAMP)
    records = journal.load_state().records()
    journal.close()
    conditions = [getattr(record, "condition", None) for record in records.values()]
    assert conditions.count(Condition.OCCUPIED) == OCCUPIED
    assert conditions.count(Condition.FREE) == 4


def test_each_code_is_a_live_grant_of_what_lies_in_a_box(tmp_path: Path) -> None:
    past = prepared(tmp_path)
    journal = Journal.open(past.state_dir / "journal.db", stamp=STAMP)
    draft = Draft(journal.load_state())
    journal.close()
    live = [g for g in draft.all(GrantRecord) if g.state is GrantState.LIVE]
    assert len(past.codes) == len(set(past.codes)) == len(live) == 3
    assert {g.consignment for g in live} == {lying_in(compartment_of_code(n)) for n in range(3)}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_a_signed_code_is_for_this_cabinet_and_signed_by_the_key_in_its_enrolment(
    tmp_path: Path,
) -> None:
    past = prepared(tmp_path, events=0, codes=0)
    enrolment = Identity.load(past.state_dir).enrolment
    token = past.sign_collection(7)
    claims = json.loads(unb64(token.split(".")[1]))
    assert (claims["cabinet"], claims["consignment"]) == (enrolment.cabinet, lying_in(7))
    assert claims["iat"] >= enrolment.enrolled_at
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": enrolment.keys[0].key})
    read = jws.deserialize_compact(token, key, algorithms=["EdDSA"])
    assert json.loads(read.payload) == claims
