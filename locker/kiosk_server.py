"""What the glass may ask: each method of kiosk.sock as an input of the core or a job. Pure.

Knows the shapes of the calls, no socket and no state. What was typed is in no error text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from locker.contract.centre import GlassAsk
from locker.contract.jsonrpc import Request, RpcCode, RpcLineError
from locker.contract.kiosk import (
    KIOSK_PROTOCOL,
    AuditAsk,
    ChoiceAsk,
    CodeAsk,
    FourAsk,
    Hello,
    HelpAsk,
    Message,
    PhoneAsk,
    PinAsk,
    PulseAsk,
    ScanAsk,
    ServiceAsk,
    StaffDoorAsk,
    VisitAsk,
    WalkInAsk,
)
from locker.contract.tech import TECH_METHODS
from locker.core.input import (
    AuditAsked,
    AuditOpened,
    AuditSkipped,
    AuditStopped,
    CardLeft,
    Chosen,
    GlassRestarted,
    HelpAsked,
    LastFourLeft,
    PersonInput,
    PersonPresent,
    RecallAsked,
    RefusalSeen,
    ServiceAsked,
    StaffDoorAsked,
    StaffLeft,
    TechnicianDoorAsked,
    WalkInDropped,
    WalkInNoted,
)
from locker.hash_worker import CardJob, CodeJob, Job, LastFourJob, PinJob, WalkInJob
from locker.scan_gate import WedgeScan

Action = PersonInput | Job | WedgeScan | GlassAsk
M = TypeVar("M", bound=BaseModel)


class Nothing(Message):
    """A call without params."""


def read_action(request: Request) -> Action:
    """Give what a call asks for. Raises RpcLineError with the answer to a wrong one."""
    reader = _ACTIONS.get(request.method)
    if reader is None:
        code = RpcCode.NOT_ON_THIS_SOCKET if request.method in TECH_METHODS else None
        raise RpcLineError(code or RpcCode.NO_SUCH_METHOD, "no such method here", id=request.id)
    return reader(request)


def read_hello(request: Request) -> Hello:
    """Read the first call; another protocol is refused before its fields are looked at."""
    protocol = request.params.get("protocol", KIOSK_PROTOCOL)
    if protocol != KIOSK_PROTOCOL:
        text = f"this daemon speaks protocol {KIOSK_PROTOCOL}; update both to one release"
        raise RpcLineError(RpcCode.WRONG_PROTOCOL, text, id=request.id)
    return read_params(Hello, request)


def read_params(model: type[M], request: Request) -> M:
    """Judge the params of a call. Raises RpcLineError that names the fields, not their values."""
    try:
        return model.model_validate(request.params)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'params'}: {e['type']}" for e in error.errors()
        )
        raise RpcLineError(RpcCode.INVALID_PARAMS, wrong[:500], id=request.id) from None


KIOSK_READS = frozenset({"hello", "snapshot"})

_ACTIONS: Mapping[str, Callable[[Request], Action]] = MappingProxyType(
    {
        "code.submit": lambda r: CodeJob(read_params(CodeAsk, r).digits),
        "card.submit": lambda r: CardJob(read_params(FourAsk, r).digits),
        "card.drop": lambda r: _without_params(r, CardLeft()),
        "last_four.submit": lambda r: LastFourJob(read_params(FourAsk, r).digits),
        "last_four.drop": lambda r: _without_params(r, LastFourLeft()),
        "walk_in.open": lambda r: _walk_in(read_params(WalkInAsk, r)),
        "visit.choose": lambda r: _chosen(read_params(ChoiceAsk, r)),
        "visit.alive": lambda r: PersonPresent(read_params(VisitAsk, r).visit),
        "staff.pin": lambda r: PinJob(read_params(PinAsk, r).pin),
        "staff.take_out": lambda r: StaffDoorAsked(read_params(StaffDoorAsk, r).compartment),
        "staff.recall": lambda r: RecallAsked(read_params(StaffDoorAsk, r).compartment),
        "staff.service": lambda r: _service(read_params(ServiceAsk, r)),
        "audit.start": lambda r: AuditAsked(read_params(AuditAsk, r).everything),
        "audit.open": lambda r: _without_params(r, AuditOpened()),
        "audit.skip": lambda r: _without_params(r, AuditSkipped()),
        "audit.stop": lambda r: _without_params(r, AuditStopped()),
        "staff.leave": lambda r: _without_params(r, StaffLeft()),
        "technician.pulse": lambda r: _pulse(read_params(PulseAsk, r)),
        "technician.restart": lambda r: _without_params(r, GlassRestarted()),
        "notice.seen": lambda r: _without_params(r, RefusalSeen()),
        "walk_in.noted": lambda r: _without_params(r, WalkInNoted()),
        "walk_in.drop": lambda r: _without_params(r, WalkInDropped()),
        "help.call": lambda r: HelpAsked(read_params(HelpAsk, r).page),
        "phone.ask": lambda r: _phone(read_params(PhoneAsk, r)),
        "scan.wedge": lambda r: WedgeScan(read_params(ScanAsk, r).text),
    }
)
KIOSK_METHODS = KIOSK_READS | frozenset(_ACTIONS)


def _chosen(ask: ChoiceAsk) -> Chosen:
    return Chosen(ask.visit, ask.choice)


def _pulse(ask: PulseAsk) -> TechnicianDoorAsked:
    return TechnicianDoorAsked(ask.compartment, ask.reason.value)


def _service(ask: ServiceAsk) -> ServiceAsked:
    return ServiceAsked(ask.compartment, ask.in_service)


def _walk_in(ask: WalkInAsk) -> WalkInJob:
    return WalkInJob(ask.low_door, ask.matter, ask.missing)


def _phone(ask: PhoneAsk) -> GlassAsk:
    return GlassAsk(use=ask.use, phone=ask.phone)


def _without_params(request: Request, action: Any) -> Any:
    read_params(Nothing, request)
    return action
