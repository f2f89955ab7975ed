"""Who is in front of a page, as far as signed cookies can say. Knows no page.

bbg_visit     a random id; a form's token is bound to it
bbg_lang      the language
bbg_size      the size of the type
bbg_presence  presence at one cabinet, 15 minutes
bbg_bound     the binding of a resident's browser, a year
bbg_phone     when another phone was bound that the resident said is their own
bbg_wish      who is to be erased once the papers are back: then it shows the proof
bbg_details   details on their way from the form to the consent, sealed
bbg_openid    an openid on its way from WeChat to the resident's yes, sealed
bbg_wechat    what WeChat must bring back
bbg_staff     a staff session
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadData, URLSafeSerializer
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from central import photo
from central.centre import Centre
from central.operation import erasure
from central.operation import resident as residents
from central.operation import staff as staff_members
from central.operation.presence import Presence
from central.operation.role import Duty, duties_of
from central.record.people import Staff
from locker.contract.failure import Failure
from locker.contract.text import LANGUAGES

WISH = "bbg_wish"
_YEAR_S = 365 * 86400
_DETAILS_S = 15 * 60
_STAY_EVERY_S = 300.0
_SIZES = ("big", "normal")


class PageDenied(Exception):  # noqa: N818  (a denial that ends a request, not a fault)
    """This page is not for this visitor; carries the failure that the page says."""

    def __init__(self, failure: Failure, status: int) -> None:
        super().__init__(failure.value)
        self.failure, self.status = failure, status


class SignInFirst(Exception):  # noqa: N818
    """No resident is bound, or nobody of the staff is ready to work; carries the way on."""

    def __init__(self, page: str = "/staff/sign-in") -> None:
        super().__init__(page)
        self.page = page


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser. `resident` and `staff` are who it acts for, if anybody."""

    id: str
    language: str
    form_token: str
    presence: Presence | None = None
    resident: str | None = None
    binding: str = ""
    """The binding by which this browser acts for the resident."""
    staff: Staff | None = None
    elder: bool = False
    """Large type, as this browser once asked for."""
    in_wechat: bool = False
    """The page is shown in WeChat's own browser: pages of WeChat work nowhere else."""
    is_new: bool = False
    known_phone_at: float = 0.0
    """When another phone was bound that the resident said is their own."""
    asked_size: bool = False
    asked_language: bool = False

    def may(self, duty: str) -> bool:
        """Tell whether the member of staff who is signed in here has a duty (`role.Duty`).

        Who has a password that somebody else chose has none before it is changed.
        """
        staff = self.staff
        if staff is None or staff.password_given_at is not None:
            return False
        return duty in duties_of(staff.role)

    def present_at(self, cabinet: str, *, now: float) -> bool:
        """Tell whether this browser may open doors at a cabinet now."""
        here = self.presence
        return here is not None and here.cabinet == cabinet and not here.is_over(now=now)


def the_centre(request: Request) -> Centre:
    """Give the centre this application serves."""
    centre: Centre = request.app.state.centre
    return centre


CentreHere = Annotated[Centre, Depends(the_centre)]
RowNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""A row's number in an address: one that no column can hold is no row's."""


def visitor(request: Request, centre: CentreHere) -> Visitor:
    """Read the cookies, and whom the browser acts for."""
    binding = _binding(request, centre)
    return replace(stranger(request, centre), resident=_resident(binding, centre), binding=binding)


def stranger(request: Request, centre: Centre) -> Visitor:
    """Read the cookies and ask the database nothing: the browser acts for nobody."""
    known = request.cookies.get("bbg_visit", "")
    visit_id = known if 20 <= len(known) <= 64 else secrets.token_urlsafe(16)
    asked = request.query_params.get("lang", "")
    asked = "zh_CN" if asked == "zh" else asked
    kept = request.cookies.get("bbg_lang", "")
    language = next((word for word in (asked, kept) if word in LANGUAGES), LANGUAGES[0])
    size = request.query_params.get("size", "")
    size = size if size in _SIZES else ""
    token = hmac.new(centre.keys.cookie_secret, f"form:{visit_id}".encode(), hashlib.sha256)
    return Visitor(
        id=visit_id,
        language=language,
        form_token=token.hexdigest(),
        presence=_presence(request, centre),
        known_phone_at=_known_phone(request, centre),
        elder=(size or request.cookies.get("bbg_size", "")) == "big",
        in_wechat="MicroMessenger" in request.headers.get("user-agent", ""),
        is_new=visit_id != known,
        asked_size=bool(size),
        asked_language=asked in LANGUAGES,
    )


VisitorHere = Annotated[Visitor, Depends(visitor)]


def bound_visitor(request: Request, who: VisitorHere, centre: CentreHere) -> Visitor:
    """Let only bound residents pass; a page that is opened leads the others to the front.

    Who asked to be erased, and is by now, is led to the proof.
    """
    if who.resident is None:
        if request.method in {"GET", "HEAD"}:
            with centre.database.reading() as session:
                proof = erasure.proof_of(session, wish_of(request, centre))
            raise SignInFirst("/data/erased" if proof else "/")
        raise PageDenied(Failure.NOT_YOURS, 403)
    return who


BoundVisitor = Annotated[Visitor, Depends(bound_visitor)]


def half_signed_in(request: Request, who: VisitorHere, centre: CentreHere) -> Visitor:
    """Let staff pass whose password was right, whether or not the second factor came already."""
    return replace(who, staff=_signed_in(request, centre).staff)


HalfSignedIn = Annotated[Visitor, Depends(half_signed_in)]


def known_staff(request: Request, who: VisitorHere, centre: CentreHere) -> Visitor:
    """Let only signed-in staff pass; who makes accounts needs a second factor, but in the demo."""
    token = request.cookies.get("bbg_staff", "")
    found = _signed_in(request, centre)
    if found.waits:
        raise SignInFirst("/staff/second")
    must = Duty.PEOPLE in duties_of(found.staff.role) and not centre.settings.demo
    own = found.staff.password_given_at is None
    if must and own and not found.staff.second_factor:
        raise SignInFirst("/staff/second/set-up")
    if found.idle_s > _STAY_EVERY_S:
        with centre.database.writing() as session:
            staff_members.stay(session, token, now=centre.clock.now())
    return replace(who, staff=found.staff)


KnownStaff = Annotated[Visitor, Depends(known_staff)]


def staff_visitor(who: KnownStaff) -> Visitor:
    """Let only staff pass whose password nobody else chose."""
    if who.staff is not None and who.staff.password_given_at is not None:
        raise SignInFirst("/staff/password")
    return who


StaffVisitor = Annotated[Visitor, Depends(staff_visitor)]


def _signed_in(request: Request, centre: Centre) -> staff_members.SignedIn:
    with centre.database.reading() as session:
        found = staff_members.signed_in(
            session, request.cookies.get("bbg_staff", ""), now=centre.clock.now()
        )
    if found is None:
        raise SignInFirst
    return found


def who_may(duty: Duty) -> Callable[[Visitor], Visitor]:
    """Make the check that lets only staff with a duty pass."""

    def check(who: StaffVisitor) -> Visitor:
        if not who.may(duty):
            raise PageDenied(Failure.NOT_YOUR_DUTY, 403)
        return who

    return check


MatterStaff = Annotated[Visitor, Depends(who_may(Duty.MATTERS))]
PersonStaff = Annotated[Visitor, Depends(who_may(Duty.PERSON))]
CabinetStaff = Annotated[Visitor, Depends(who_may(Duty.CABINETS))]
DoorStaff = Annotated[Visitor, Depends(who_may(Duty.DOORS))]
ServiceStaff = Annotated[Visitor, Depends(who_may(Duty.SERVICE))]
CatalogueStaff = Annotated[Visitor, Depends(who_may(Duty.CATALOGUE))]
FigureStaff = Annotated[Visitor, Depends(who_may(Duty.FIGURES))]
AuditStaff = Annotated[Visitor, Depends(who_may(Duty.AUDIT))]
PeopleStaff = Annotated[Visitor, Depends(who_may(Duty.PEOPLE))]


async def posted(request: Request) -> FormData:
    """Read a form: at most 40 fields and no files."""
    sent = await request.form(max_files=0, max_fields=40)
    request.state.from_pocket = sent.get("from") == "pocket"
    return sent


def from_pocket(request: Request) -> bool:
    """Tell whether a page of the steward's phone asks, by its address or by its form."""
    own = request.url.path.startswith("/staff/pocket")
    led = request.query_params.get("from") == "pocket"
    return own or led or getattr(request.state, "from_pocket", False)


Posted = Annotated[FormData, Depends(posted)]


async def posted_list(request: Request) -> FormData:
    """Read a form of ticks: as many as a community has buildings, and no files."""
    return await request.form(max_files=0, max_fields=2000)


PostedList = Annotated[FormData, Depends(posted_list)]


async def posted_photo(request: Request) -> AsyncIterator[FormData]:
    """Read a form with one file, which never touches a disk: it is not sealed yet."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        yield await posted(request)
        return
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=8)
    parser.spool_max_size = photo.FILE_BYTES
    try:
        sent = await parser.parse()
    except MultiPartException as error:
        raise PageDenied(Failure.PHOTO_UNREADABLE, 422) from error
    try:
        yield sent
    finally:
        await sent.close()


PostedPhoto = Annotated[FormData, Depends(posted_photo)]


def has_photo(sent: FormData) -> bool:
    """Tell whether a photo was chosen in a form that may do without one."""
    file = sent.get("photo")
    return isinstance(file, UploadFile) and bool(file.filename)


def sent_photo(sent: FormData) -> photo.Picture:
    """Give the photo of a form (`photo`), drawn anew. Raises PageDenied."""
    file = sent.get("photo")
    raw = file.file.read(photo.FILE_BYTES + 1) if isinstance(file, UploadFile) else b""
    found = photo.read(raw)
    if isinstance(found, Failure):
        raise PageDenied(found, 422)
    return found


def see_other(url: str, who: Visitor, centre: Centre) -> RedirectResponse:
    """Send the browser on after a form; whoever is busy keeps their presence."""
    answer = RedirectResponse(url, status_code=303)
    remember(answer, who, centre)
    now = centre.clock.now()
    if who.presence is not None and not who.presence.is_over(now=now):
        set_presence(answer, who.presence.kept(now=now), centre)
    return answer


def set_presence(answer: Response, presence: Presence, centre: Centre) -> None:
    """Remember presence in the browser."""
    value = str(_signer(centre, "presence").dumps(asdict(presence)))
    set_cookie(answer, "bbg_presence", value, centre, max_age=3600)


def set_bound(answer: Response, binding: str, centre: Centre) -> None:
    """Bind the browser for a year; another's wish to be erased is not its matter any more."""
    set_cookie(
        answer, "bbg_bound", str(_signer(centre, "bound").dumps(binding)), centre, max_age=_YEAR_S
    )
    answer.delete_cookie(WISH, path="/")


def set_wish(answer: Response, resident: str, centre: Centre) -> None:
    """Remember who is to be erased, for this browser to be shown the proof."""
    value = str(_signer(centre, "wish").dumps(resident))
    set_cookie(answer, WISH, value, centre, max_age=_YEAR_S)


def wish_of(request: Request, centre: Centre) -> str:
    """Give who asked in this browser to be erased, or nothing."""
    try:
        return str(_signer(centre, "wish").loads(request.cookies.get(WISH, "")))
    except BadData:
        return ""


def set_known_phone(answer: Response, at: float, centre: Centre) -> None:
    """Remember that the resident knows the phone that was bound at `at`."""
    value = str(_signer(centre, "phone").dumps(at))
    set_cookie(answer, "bbg_phone", value, centre, max_age=int(residents.NEWS_S))


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is about to be bound.

    `person`: the id that they will have, so that a yes that is pressed twice makes nobody twice.
    `agreed`: the text that was agreed to (`consent.Text`), for as long as an SMS is waited for.
    """

    details: residents.Details
    person: str
    agreed: str = ""


def set_newcomer(answer: Response, newcomer: Newcomer, who: Visitor, centre: Centre) -> None:
    """Carry somebody to the consent page, sealed; nothing is stored here before the consent."""
    said = newcomer.details
    kept = (said.name, said.phone, said.building, said.tie, newcomer.person, newcomer.agreed)
    text = "\n".join(kept)
    sealed = centre.keys.sealer.seal(text, place=f"details:{who.id}")
    set_cookie(answer, "bbg_details", sealed, centre, max_age=_DETAILS_S)


def carried_newcomer(request: Request, who: Visitor, centre: Centre) -> Newcomer | None:
    """Give who is on their way to the consent, None where nobody is."""
    text = _unsealed(request, "bbg_details", f"details:{who.id}", centre) or ""
    match text.split("\n"):
        case [name, phone, building, tie, person, agreed]:
            return Newcomer(residents.Details(name, phone, building, tie=tie), person, agreed)
        case _:
            return None


def set_openid(answer: Response, openid: str, who: Visitor, centre: Centre) -> None:
    """Carry an openid to the resident's yes, sealed; nothing is stored here before."""
    sealed = centre.keys.sealer.seal(openid, place=f"openid:{who.id}")
    set_cookie(answer, "bbg_openid", sealed, centre, max_age=_DETAILS_S)


def carried_openid(request: Request, who: Visitor, centre: Centre) -> str:
    """Give the openid on its way to the resident's yes, or nothing."""
    return _unsealed(request, "bbg_openid", f"openid:{who.id}", centre) or ""


def _unsealed(request: Request, name: str, place: str, centre: Centre) -> str | None:
    sealed = request.cookies.get(name, "")
    try:
        return centre.keys.sealer.open(sealed, place=place) if sealed else None
    except Exception:  # noqa: BLE001  (whatever is wrong with a cookie, it says nothing)
        return None


def set_cookie(answer: Response, name: str, value: str, centre: Centre, *, max_age: int) -> None:
    """Set a cookie that no script reads and no other site sends."""
    answer.set_cookie(
        name,
        value,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=centre.settings.is_https,
        path="/",
    )


def remember(answer: Response, who: Visitor, centre: Centre) -> None:
    """Set what a first visit, or a change of language, leaves in the browser."""
    if who.is_new:
        set_cookie(answer, "bbg_visit", who.id, centre, max_age=_YEAR_S)
    if who.asked_language:
        set_cookie(answer, "bbg_lang", who.language, centre, max_age=_YEAR_S)
    if who.asked_size:
        size = "big" if who.elder else "normal"
        set_cookie(answer, "bbg_size", size, centre, max_age=_YEAR_S)


def _presence(request: Request, centre: Centre) -> Presence | None:
    try:
        claims = _signer(centre, "presence").loads(request.cookies.get("bbg_presence", ""))
        found = Presence(**claims)
    except (BadData, TypeError):
        return None
    return None if found.is_over(now=centre.clock.now()) else found


def _binding(request: Request, centre: Centre) -> str:
    try:
        return str(_signer(centre, "bound").loads(request.cookies.get("bbg_bound", "")))
    except BadData:
        return ""


def _known_phone(request: Request, centre: Centre) -> float:
    try:
        return float(_signer(centre, "phone").loads(request.cookies.get("bbg_phone", "")))
    except (BadData, TypeError, ValueError):
        return 0.0


def _resident(binding: str, centre: Centre) -> str | None:
    if not binding:
        return None
    with centre.database.reading() as session:
        return residents.of_binding(session, binding)


def _signer(centre: Centre, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(centre.keys.cookie_secret, salt=f"bangbangui {salt}")
