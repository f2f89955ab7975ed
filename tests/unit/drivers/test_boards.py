"""The shared suite that every board family passes."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec import (
    DoorReport,
    DoorsReply,
    Event,
    OutputsOff,
    Pulse,
    QueryDoor,
    QueryDoors,
    QueryOutputs,
    Request,
    RequestRangeError,
    RequestUnknownError,
    Stray,
)
from drivers.unread import MAX_UNREAD
from drivers.wiring import Contact, PackedSense
from tests.unit.drivers.board_suite import (
    BOARDS,
    BoardCase,
    board_case,
    events_of,
    heard,
    stray_bytes,
    values,
)

NOISE = bytes.fromhex("FAFD9999")


@pytest.fixture(params=list(BOARDS), ids=str)
def case(request: pytest.FixtureRequest) -> BoardCase:
    return BOARDS[request.param]


def test_every_published_request_is_encoded_byte_for_byte(case: BoardCase) -> None:
    requests = [p for p in case.published if p.request is not None]
    assert requests
    for published in requests:
        assert published.request is not None
        assert published.codec().encode(published.request) == published.frame


def test_every_published_reply_is_read_whole(case: BoardCase) -> None:
    assert case.replies
    for published in case.published:
        if published.event is not None:
            assert heard(published.codec(), published.frame) == [published.event]


@pytest.mark.parametrize("contact", Contact)
@pytest.mark.parametrize("packed", PackedSense)
@pytest.mark.parametrize(
    "name", ["shuoming", "kecheng", "kerong-cu16", "kerong-cu48", "dc02", "modbus-relay"]
)
def test_published_values_follow_the_wiring_where_no_paper_says_what_a_bit_means(
    name: str, contact: Contact, packed: PackedSense
) -> None:
    wiring: dict[str, Any] = {"contact": contact, "packed": packed}
    own = {key: wiring[key] for key in wiring.keys() & set(BOARDS[name].facts.settings)}
    case = board_case(BOARDS[name].sample, dataclasses.replace(BOARDS[name].profile, **own))
    for frame, event in case.replies:
        assert heard(case.codec(), frame) == [event]


def test_byte_by_byte_nothing_comes_before_the_last_byte(case: BoardCase) -> None:
    for frame, event in case.replies:
        codec = case.codec()
        for byte in frame[:-1]:
            codec.receive_data(bytes([byte]))
            assert events_of(codec) == []
        assert heard(codec, frame[-1:]) == [event]


def test_trailing_bytes_do_not_spoil_the_frame_before_them(case: BoardCase) -> None:
    for frame, event in case.replies:
        codec = case.codec()
        events = heard(codec, frame + NOISE)
        assert values(events) == [event]
        # Where any byte may be an address, the last one may yet begin a frame.
        assert stray_bytes(events) + codec.discard() == NOISE


def test_the_beginning_of_the_next_frame_is_left_untouched(case: BoardCase) -> None:
    for (first, event), (second, later) in itertools.product(case.replies, repeat=2):
        codec = case.codec()
        assert values(heard(codec, first + second[:3])) == [event]
        assert values(heard(codec, second[3:])) == [later]


def test_garbage_before_and_after_is_stray_and_the_value_is_right(case: BoardCase) -> None:
    for frame, event in case.replies:
        codec = case.codec()
        events = heard(codec, NOISE + frame + NOISE)
        assert events[:2] == [Stray(NOISE), event]
        assert stray_bytes(events[2:]) + codec.discard() == NOISE


def test_a_frame_with_garbage_in_it_is_no_value(case: BoardCase) -> None:
    for frame, _ in case.replies:
        assert values(heard(case.codec(), frame[:2] + NOISE + frame[2:])) == []


def test_one_wrong_bit_anywhere_is_no_value(case: BoardCase) -> None:
    for frame, _ in case.replies:
        for bit in range(8 * len(frame)) if case.sample.has_checksum else ():
            wrong = (int.from_bytes(frame) ^ 1 << bit).to_bytes(len(frame))
            assert values(heard(case.codec(), wrong)) == []


def test_published_frames_that_are_wrong_are_refused(case: BoardCase) -> None:
    for refused in case.refused:
        codec = case.codec()
        events = heard(codec, refused.frame)
        assert values(events) == [], refused.problem
        assert stray_bytes(events) + codec.discard() == refused.frame


def test_frames_that_are_never_sent_give_no_value(case: BoardCase) -> None:
    for published in case.published:
        if published.never_sent:
            assert values(heard(case.codec(), published.frame)) == [], published.never_sent


def test_glued_frames_are_all_found(case: BoardCase) -> None:
    for (first, event), (second, later) in itertools.product(case.replies, repeat=2):
        assert heard(case.codec(), first + second) == [event, later]


def test_a_reply_cut_in_two_at_any_place_is_put_together(case: BoardCase) -> None:
    for frame, event in case.replies:
        for cut in range(1, len(frame)):
            assert heard(case.codec(), frame[:cut], frame[cut:]) == [event]


def test_reports_between_request_and_reply_stay_apart_from_the_reply(case: BoardCase) -> None:
    reports = [(f, e) for f, e in case.replies if isinstance(e, DoorReport)]
    for (report, told), (frame, event) in itertools.product(reports, case.replies):
        assert heard(case.codec(), report, frame, report) == [told, event, told]


def test_a_report_answers_no_request(case: BoardCase) -> None:
    for _, event in case.replies:
        if isinstance(event, DoorReport):
            requests = [Pulse(event.board, event.lock), *case.reads(event.board, [event.lock])]
            assert not any(case.codec().answers(request, event) for request in requests)


def test_a_copy_of_a_query_is_never_a_value(case: BoardCase) -> None:
    codec = case.codec()
    locks = range(1, case.profile.channels + 1)
    for request in [read for b in case.facts.addresses for read in case.reads(b, locks)]:
        assert values(heard(codec, codec.encode(request))) == []
        codec.discard()


def test_a_fence_is_a_read_with_another_form_of_reply(case: BoardCase) -> None:
    codec = case.codec()
    board = case.sample.boards[0]
    for request in case.reads(board, [2]):
        fence = codec.fence(request)
        if fence is None:
            continue
        assert not isinstance(fence, Pulse)
        for _, event in case.replies:
            assert not (codec.answers(request, event) and codec.answers(fence, event))
    assert codec.fence(Pulse(board, 1)) is None


def test_babble_is_bounded(case: BoardCase) -> None:
    codec = case.codec()
    for _ in range(100):
        codec.receive_data(case.replies[-1][0][:1] * 1000)
    assert len(codec.discard()) <= MAX_UNREAD
    frame, event = case.replies[0]
    assert heard(codec, frame) == [event]


def test_discard_forgets_everything(case: BoardCase) -> None:
    for frame, event in case.replies:
        codec = case.codec()
        codec.receive_data(frame[:-1])
        assert codec.discard() == frame[:-1]
        assert heard(codec, frame) == [event]


@pytest.mark.parametrize("lock", [-1, 0, 1000])
def test_a_lock_that_the_board_has_not_is_refused(case: BoardCase, lock: int) -> None:
    board, channels = case.sample.boards[0], case.profile.channels
    requests: list[Request] = [Pulse(board, lock), Pulse(board, channels + 1)]
    requests += [r for r in case.reads(board, [lock]) if isinstance(r, QueryDoor)]
    for request in requests:
        with pytest.raises(RequestRangeError, match=f"lock must be 1 to {channels}"):
            case.codec().encode(request)


def test_a_board_that_cannot_be_is_refused(case: BoardCase) -> None:
    addresses = case.facts.addresses
    for board in (-1, addresses.start - 1, addresses.stop, 256):
        requests: list[Request] = [Pulse(board, 1), *case.reads(board, [1])]
        for request in requests:
            with pytest.raises(RequestRangeError, match=f"board must be {addresses.start} to"):
                case.codec().encode(request)


def test_a_family_without_single_reads_reads_one_door_with_all(case: BoardCase) -> None:
    codec, board = case.codec(), case.sample.boards[0]
    if not case.sample.reads_one_door:
        assert codec.encode(QueryDoor(board, 1)) == codec.encode(QueryDoors(board))
        assert codec.answers(QueryDoor(board, 1), DoorsReply(board, {}))
        assert not codec.answers(QueryDoor(board, 1), DoorsReply(board + 1, {}))


def test_outputs_are_asked_and_put_off_only_where_a_family_holds_them(case: BoardCase) -> None:
    codec, board = case.codec(), case.sample.boards[0]
    for request in (QueryOutputs(board), OutputsOff(board)):
        if case.sample.reads_outputs:
            assert codec.encode(request)
        else:
            with pytest.raises(RequestUnknownError):
                codec.encode(request)
            assert codec.fence(request) is None


@pytest.mark.parametrize("name", list(BOARDS))
@given(data=st.data())
def test_any_stream_in_any_portions_loses_no_byte_and_no_frame(
    name: str, data: st.DataObject
) -> None:
    case = BOARDS[name]
    frames = data.draw(st.lists(st.sampled_from(case.replies), max_size=6))
    stream = b"".join(frame for frame, _ in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    portions = [stream[a:b] for a, b in itertools.pairwise([0, *cuts, len(stream)])]
    assert heard(case.codec(), *portions) == [event for _, event in frames]


@pytest.mark.parametrize("name", list(BOARDS))
@given(noise=st.lists(st.binary(max_size=40), max_size=8), silences=st.lists(st.booleans()))
def test_any_noise_is_given_back_byte_for_byte(
    name: str, noise: list[bytes], silences: list[bool]
) -> None:
    case = BOARDS[name]
    codec = case.codec()
    events: list[Event] = []
    for portion, silence in itertools.zip_longest(noise, silences[: len(noise)], fillvalue=False):
        codec.receive_data(bytes(portion or b""))
        if silence:
            codec.receive_silence()
        events += events_of(codec)
    rest = codec.discard()
    if not values(events):
        assert stray_bytes(events) + rest == b"".join(noise)


@pytest.mark.parametrize("name", list(BOARDS))
def test_a_doors_reply_always_has_every_lock_of_the_profile(name: str) -> None:
    case = BOARDS[name]
    for _, event in case.replies:
        if isinstance(event, DoorsReply):
            assert set(event.doors) == set(range(1, case.profile.channels + 1))
