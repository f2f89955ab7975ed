"""Whatever bytes a board misses, what is left of what we only ask must fire no lock.

All families' reads against all families' frames that move a lock, for `probe` asks a bus of unknown
family in the words of several. The streams are all that can be made of the reads, in any order,
glued, for every board and lock there can be.

One form is too `loose` for that: `90 bb` and eight bytes with one XOR, "open several of 50" of
family A. No read of its own family looks like it. Of others two or more must be glued, so `probe`,
the only one that speaks several families on a bus, pauses after each question until a board has
forgotten it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from drivers.codec import Pulse
from drivers.profile import make_codec
from tests.unit.drivers.board_suite import BOARDS, BoardCase
from tests.unit.drivers.families.shuoming import PULSE_OF_ANY_BOARD
from tests.unit.drivers.sample import MovingFrame

END = -1
Tree = dict[int, "Tree"]

NAMED = {
    f"{case.sample.name}: {form.name}": form
    for case in BOARDS.values()
    for form in case.sample.moving
}
FORMS = list(NAMED.values())


def name_of(form: MovingFrame) -> str:
    return next(name for name, known in NAMED.items() if known is form)


def reads_of(case: BoardCase) -> set[bytes]:
    """Return every frame of the family that only asks, for every board and lock there can be."""
    channels = case.facts.channels
    codec = make_codec(dataclasses.replace(case.profile, channels=channels[-1]))
    return {codec.encode(r) for board in case.facts.addresses for r in case.reads(board, channels)}


def tree_of(frames: Iterable[bytes]) -> Tree:
    root: Tree = {}
    for frame in frames:
        node = root
        for byte in frame:
            node = node.setdefault(byte, {})
        node[END] = {}
    return root


@dataclass(frozen=True)
class Reads:
    """The frames that streams are made of, and the tree of their bytes."""

    frames: frozenset[bytes]
    tree: Tree

    @classmethod
    def of(cls, *cases: BoardCase) -> Reads:
        frames = frozenset(frame for case in cases for frame in reads_of(case))
        return cls(frames, tree_of(frames))


OF_FAMILY = {name: Reads.of(case) for name, case in BOARDS.items()}
OF_ALL = Reads.of(*BOARDS.values())


def fits(form: MovingFrame, window: bytes) -> bool:
    return all(byte in place for byte, place in zip(window, form.places, strict=False))


def windows_like(form: MovingFrame, reads: Reads) -> Iterator[bytes]:
    """Return every window of any stream of reads that is a frame of this form."""
    length = len(form.places)
    starts = {frame[at : at + length] for frame in reads.frames for at in range(len(frame))}
    grown = [(start, reads.tree) for start in starts if fits(form, start)]
    while grown:
        window, node = grown.pop()
        if len(window) == length:
            if form.whole(window):
                yield window
            continue
        if END in node:
            grown.append((window, reads.tree))
        place = form.places[len(window)]
        grown += [
            (window + bytes([byte]), after)
            for byte, after in node.items()
            if byte != END and byte in place
        ]


@pytest.mark.parametrize("form", [form for form in FORMS if not form.loose], ids=name_of)
def test_no_window_of_any_familys_reads_moves_a_lock_of_any_board(form: MovingFrame) -> None:
    windows = windows_like(form, OF_ALL)
    assert [window.hex(" ") for window in windows if form.exists(window)] == []


@pytest.mark.parametrize("case", BOARDS.values(), ids=list(BOARDS))
def test_no_window_of_a_familys_reads_moves_a_lock_of_its_own(case: BoardCase) -> None:
    for form in case.sample.moving:
        windows = windows_like(form, OF_FAMILY[case.sample.name])
        assert [window.hex(" ") for window in windows if form.exists(window)] == []


def test_a_loose_form_is_longer_than_any_read() -> None:
    """So a board that forgets what came before a pause takes none of our reads for one."""
    for form in FORMS:
        if form.loose:
            assert all(len(frame) < len(form.places) for frame in OF_ALL.frames)


@pytest.mark.parametrize("case", BOARDS.values(), ids=list(BOARDS))
def test_the_forms_know_every_frame_that_moves_a_lock(case: BoardCase) -> None:
    codec = case.codec()
    frames = [codec.encode(Pulse(board, 1)) for board in case.facts.addresses]
    frames += [p.frame for p in case.published if p.never_sent and "open" in p.never_sent]
    for frame in frames:
        known = [f for f in case.sample.moving if len(f.places) == len(frame) and fits(f, frame)]
        assert any(form.whole(frame) for form in known), frame.hex(" ")


def test_the_search_finds_what_looks_like_a_pulse_for_an_address_that_cannot_be() -> None:
    """A read's checksum may be 8A, and `8A 80 bb 11 33` would pulse board 128 of family A."""
    found = set(windows_like(PULSE_OF_ANY_BOARD, OF_FAMILY["shuoming"]))
    assert bytes.fromhex("8A80281133") in found
    assert all(window[1] == 0x80 for window in found)
