"""The chain of an exported journal: whole, changed, cut, joined, thinned, and against heads."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from locker.contract.chain import GENESIS, Checkpoint, Entry, Stamp, seal
from locker.contract.credential import checkpoint_message, head_message
from locker.diag.exported import (
    BadLineError,
    Chained,
    Head,
    Heads,
    check_chain,
    checkpoint_json,
    entry_json,
    read_export,
)
from locker.identity import b64, public_text

KEY = Ed25519PrivateKey.generate()


def chain(journal: str = "j-1", count: int = 5, page: str = "p") -> list[Entry]:
    entries: list[Entry] = []
    previous = GENESIS
    for n in range(1, count + 1):
        stamp = Stamp("b-1", n, float(n), trusted=True)
        entry = seal(
            journal=journal, sequence=n, kind="help.called", body={"page": f"{page}{n}"},
            stamp=stamp, previous=previous,
        )  # fmt: skip
        previous = entry.hash
        entries.append(entry)
    return entries


def lines(entries: list[Entry]) -> list[str]:
    return [json.dumps(entry_json(entry)) for entry in entries]


def checked(told: list[str], known: Heads | None = None) -> Chained:
    begins, entries = read_export(told)
    return check_chain(entries, checkpoint=begins, heads=known)


def checkpoint(last: Entry) -> Checkpoint:
    made = Checkpoint(last.journal, last.sequence, last.hash, last.sequence, "r" * 64, "")
    return replace(made, signature=b64(KEY.sign(checkpoint_message("cab-1", made))))


def heads(*signed: Entry) -> Heads:
    def head(e: Entry) -> Head:
        signature = b64(KEY.sign(head_message("cab-1", e.journal, e.sequence, e.hash)))
        return Head(
            journal=e.journal, sequence=e.sequence, head=e.hash, signature=signature,
            key=public_text(KEY),
        )  # fmt: skip

    known = tuple(head(entry) for entry in signed)
    return Heads(cabinet="cab-1", keys=(public_text(KEY),), heads=known)


def test_a_whole_export_is_intact_and_two_journals_too() -> None:
    found = checked([*lines(chain()), "", *lines(chain("j-2"))])
    assert (found.events, found.journals, found.broken) == (10, ("j-1", "j-2"), None)
    assert found.intact


def test_a_changed_a_missing_and_a_moved_entry_are_found() -> None:
    told = lines(chain())
    changed = [line.replace('"p3"', '"p9"') for line in told]
    assert checked(changed).broken == "j-1 3"
    assert checked(told[:2] + told[3:]).broken == "j-1 4"
    assert checked([told[0], told[2], told[1]]).broken == "j-1 3"


def test_an_export_that_lacks_its_beginning_is_found() -> None:
    assert checked(lines(chain()[2:])).broken == "j-1 3"


def test_a_journal_that_does_not_name_the_one_before_is_found() -> None:
    forked = {"previous_journal": "j-1", "previous_head": "0" * 64}
    stamp = Stamp("b-1", 9, 9.0, trusted=True)
    entry = seal(
        journal="j-2", sequence=1, kind="journal.started", body=forked, stamp=stamp,
        previous=GENESIS,
    )  # fmt: skip
    assert checked(lines([*chain(), entry])).broken == "j-2 1"


def test_a_thinned_export_begins_behind_its_checkpoint() -> None:
    entries = chain()
    begins = checkpoint(entries[1])
    found = checked([json.dumps(checkpoint_json(begins)), *lines(entries[2:])])
    assert found.intact
    assert (found.events, found.checkpoint, found.vouched) == (3, begins, None)
    assert checked([json.dumps(checkpoint_json(begins)), *lines(entries[3:])]).broken == "j-1 4"


def test_a_checkpoint_that_the_cabinet_did_not_sign_is_found() -> None:
    entries = chain()
    told = [json.dumps(checkpoint_json(checkpoint(entries[1]))), *lines(entries[2:])]
    assert checked(told, heads(entries[3])).vouched is True
    forged = replace(checkpoint(entries[1]), removed=99)
    told[0] = json.dumps(checkpoint_json(forged))
    assert checked(told, heads(entries[3])).vouched is False
    assert not checked(told, heads(entries[3])).intact


def test_what_follows_the_last_signed_head_is_unanchored() -> None:
    entries = chain()
    found = checked(lines(entries), heads(entries[1], entries[3]))
    assert (found.broken, found.unanchored) == (None, 1)
    assert checked(lines(entries)).unanchored is None


def test_a_history_that_is_not_the_one_the_cabinet_signed_is_found() -> None:
    theirs, ours = chain(), chain(page="other")
    assert checked(lines(ours), heads(theirs[3])).broken == "j-1 4"


def test_a_head_with_a_wrong_signature_anchors_nothing() -> None:
    entries = chain()
    known = heads(entries[3])
    wrong = known.heads[0].model_copy(update={"sequence": 5})
    found = checked(lines(entries), known.model_copy(update={"heads": (wrong,)}))
    assert (found.broken, found.unanchored) == (None, 5)


def test_a_line_that_is_no_entry_is_named() -> None:
    with pytest.raises(BadLineError) as caught:
        list(read_export([*lines(chain(count=1)), '{"journal": 1}'])[1])
    assert caught.value.number == 2
