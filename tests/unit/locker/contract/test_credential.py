"""What a scanned text is, by its form alone; and what a signed QR may claim."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locker.contract.credential import (
    Badge,
    Foreign,
    GrantClaims,
    Label,
    SignedQr,
    classify,
    head_message,
    login_message,
    presence_message,
)
from locker.contract.vocabulary import Purpose

TOKEN = f"{'h' * 40}.{'c' * 200}.{'s' * 86}"
CLAIMS = GrantClaims(1, "g1", "cab", Purpose.COLLECT, "c1", "m1", "R1", 1000, 2000)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TOKEN, SignedQr(TOKEN)),
        (f" {TOKEN}\r\n", SignedQr(TOKEN)),
        ("BBG:B:" + "A2" * 13, Badge("A2" * 13)),
        ("BBG:L:c-1_x", Label("c-1_x")),
    ],
)
def test_ours_are_known_by_their_form(text: str, found: object) -> None:
    assert classify(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BBG:B:",
        "BBG:B:" + "A2" * 12,
        "BBG:B:" + "A2" * 14,
        "BBG:B:" + "a2" * 13,
        "BBG:B:" + "A1" * 13,
        "bbg:L:c1",
        "BBG:L:",
        "BBG:L:" + "x" * 41,
        "BBG:L:c1\nBBG:L:c2",
        "BBG:L:<script>",
        "BBG:L:' OR 1=1",
        "BBG:L:门",
        TOKEN + "s",
        TOKEN + ".x",
        TOKEN.replace("c", "=", 1),
        TOKEN.replace(".", "\n", 1),
        "https://example.org/s/cab?t=x",
        "12345678",
        "x" * 4001,
        f"{'h' * 40}.{'c' * 9000}.{'s' * 86}",
        "\u202e" + TOKEN,
        "😀",
        "\x00\x1b[2J",
    ],
)
def test_anything_else_is_foreign(text: str) -> None:
    assert classify(text) == Foreign()


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    assert classify(text) is not None


def test_claims_come_back_the_same() -> None:
    assert GrantClaims.from_json(CLAIMS.to_json()) == CLAIMS
    assert GrantClaims.from_json({**CLAIMS.to_json(), "mood": "good"}) == CLAIMS
    full = GrantClaims(1, "g", "cab", Purpose.DEPOSIT, "c", "", "", 1, 2, 1, True, "L")
    assert GrantClaims.from_json(full.to_json()) == full


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2}, {"v": None}, {"uses": 2}, {"grant": ""}, {"grant": None}, {"grant": "x" * 65},
        {"cabinet": ["cab"]}, {"purpose": "steal"}, {"consignment": ""}, {"matter": 5},
        {"iat": "1000"}, {"iat": True}, {"exp": 1e9}, {"exp": -1}, {"exp": 10**400},
    ],
    ids=repr,
)  # fmt: skip
def test_wrong_claims_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"claim|Purpose"):
        GrantClaims.from_json({**CLAIMS.to_json(), **changes})


@pytest.mark.parametrize("name", ["v", "grant", "cabinet", "purpose", "consignment", "iat", "exp"])
def test_no_claim_that_matters_may_be_missing(name: str) -> None:
    claims = CLAIMS.to_json()
    del claims[name]
    with pytest.raises(ValueError, match="claim"):
        GrantClaims.from_json(claims)


def test_what_is_signed_for_one_thing_is_good_for_no_other() -> None:
    messages = {
        presence_message("cab", 7),
        presence_message("cab", 8),
        login_message("cab", "7"),
        head_message("cab", "j", 7, "h"),
    }
    assert len(messages) == 4
