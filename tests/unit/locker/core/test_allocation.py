"""Which free compartment is given: reach, size, low doors, and what is kept for drop-offs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from locker.contract import event as e
from locker.contract.vocabulary import Condition, Contact, DoorState, Purpose
from locker.core import input as i
from locker.core.allocation import allocate
from locker.core.docket import Docket
from locker.core.engine import Engine
from locker.core.moment import Moment
from locker.core.place import Place
from locker.core.state import State
from tests.unit.locker.core.bench_cabinet import BenchCabinet

NOW = Moment(10.0, 1e9, trusted=True, floor=1e9)


def docket_of(places: tuple[Place, ...], *, open_doors: frozenset[int] = frozenset()) -> Docket:
    engine = Engine(places, State(), i.Settings())
    engine.adopt(engine.handle(i.Started("b", "0.1"), NOW))
    doors = {
        p.number: DoorState.OPEN if p.number in open_doors else DoorState.CLOSED for p in places
    }
    engine.adopt(engine.handle(i.DoorsRead(doors, NOW.mono_s), NOW))
    return engine.docket(NOW)


places_strategy = st.lists(
    st.builds(
        Place,
        number=st.integers(1, 99),
        size=st.sampled_from("SML"),
        handle_mm=st.integers(200, 2100),
        order=st.integers(0, 99),
        top_row=st.booleans(),
    ),
    min_size=1,
    max_size=24,
    unique_by=lambda place: place.number,
).map(tuple)


@given(
    places=places_strategy,
    purpose=st.sampled_from([Purpose.DEPOSIT, Purpose.LOAD]),
    size=st.sampled_from(["", "S", "M", "L"]),
    low_door=st.booleans(),
    data=st.data(),
)
def test_what_is_given_is_free_shut_big_enough_and_within_reach(
    *, places: tuple[Place, ...], purpose: Purpose, size: str, low_door: bool, data: st.DataObject
) -> None:
    numbers = st.sampled_from([place.number for place in places])
    opened = data.draw(st.frozensets(numbers))
    taken = data.draw(st.frozensets(numbers))
    docket = docket_of(places, open_doors=opened)
    for number in taken:
        docket.emit(e.BooksEntered(number, Condition.OCCUPIED, f"c{number}", "test"))
    given_out = allocate(docket, purpose, size=size, low_door=low_door)
    free = [p for p in places if p.number not in opened | taken]
    if given_out is None:
        enough = [p for p in free if not size or "SML".index(p.size) >= "SML".index(size)]
        assert purpose is Purpose.LOAD or low_door or not enough
        return
    place = next(p for p in free if p.number == given_out)
    assert not size or "SML".index(place.size) >= "SML".index(size)
    assert not (low_door and place.top_row)
    if purpose is Purpose.LOAD:
        assert len(free) > 4
        low = [p.number for p in free if p.low]
        assert given_out not in low[:2]


def test_handles_within_everybody_s_reach_come_first_and_low_doors_last() -> None:
    places = (
        Place(1, "S", 1500, 1),
        Place(2, "L", 1100, 2),
        Place(3, "S", 900, 3),
        Place(4, "S", 1100, 4),
    )
    docket = docket_of(places)
    assert allocate(docket, Purpose.DEPOSIT, size="", low_door=False) == 4
    assert allocate(docket, Purpose.DEPOSIT, size="L", low_door=False) == 2
    assert allocate(docket, Purpose.DEPOSIT, size="", low_door=True) == 3


def test_who_asks_for_a_low_door_gets_no_top_row_though_nothing_else_is_free() -> None:
    docket = docket_of((Place(1, "S", 900, 1, top_row=True),))
    assert allocate(docket, Purpose.DEPOSIT, size="", low_door=True) is None
    assert allocate(docket, Purpose.DEPOSIT, size="", low_door=False) == 1


def test_a_box_is_reserved_in_the_very_turn_that_found_it() -> None:
    """Of two who press at the same moment the second is given nothing that the first has."""
    cabinet = BenchCabinet()
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    turn = cabinet.command("g1")
    box = cabinet.visit.compartment
    entered = [event for event in turn.events if isinstance(event, e.BooksEntered)]
    assert [(event.compartment, event.condition) for event in entered] == [
        (box, Condition.RESERVED)
    ]
    docket = cabinet.engine.docket(cabinet.clock.moment())
    assert allocate(docket, Purpose.DEPOSIT, size="", low_door=False) != box


def test_a_free_box_whose_contact_is_not_believed_is_given_to_nobody() -> None:
    docket = docket_of((Place(1, "S", 1000, 1),))
    docket.emit(e.ContactJudged(1, Contact.STUCK_SHUT))
    assert docket.box(1).condition is Condition.FREE
    assert allocate(docket, Purpose.DEPOSIT, size="S", low_door=False) is None
