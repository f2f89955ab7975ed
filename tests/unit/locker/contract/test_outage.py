"""Deadlines move by as long as the cabinet could not serve, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locker.contract.outage import Outage, effective_expiry, paused_s


@pytest.mark.parametrize(
    ("outages", "expected_s"),
    [
        ((), 0),
        ((Outage(10, 20),), 10),
        ((Outage(0, 15),), 5),
        ((Outage(90, 120),), 10),
        ((Outage(0, 5), Outage(101, 120)), 0),
        ((Outage(10, 30), Outage(20, 40)), 30),
        ((Outage(10, 40), Outage(20, 30)), 30),
        ((Outage(20, 30), Outage(10, 40)), 30),
        ((Outage(80, None),), 20),
        ((Outage(80, None), Outage(90, 95)), 20),
        ((Outage(120, None),), 0),
    ],
)
def test_each_second_of_an_outage_counts_once_from_issue_to_now(
    outages: tuple[Outage, ...], expected_s: float
) -> None:
    assert paused_s(outages, since=10, now=100) == expected_s
    ends = effective_expiry(issued_at=10, expires_at=60, outages=outages, now=100)
    assert ends == 60 + expected_s


seconds = st.integers(0, 60)
spans = st.lists(
    st.tuples(seconds, seconds).map(lambda pair: Outage(float(min(pair)), float(max(pair))))
)


@given(outages=spans, since=seconds, length=seconds)
def test_it_is_the_same_as_counting_second_by_second(
    outages: list[Outage], since: int, length: int
) -> None:
    counted = sum(
        any(o.began <= at < (o.ended or 0.0) for o in outages)
        for at in range(since, since + length)
    )
    assert paused_s(outages, since=since, now=since + length) == counted
