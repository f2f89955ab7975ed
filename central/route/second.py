"""The console's pages of the second factor: set up with a QR, asked at each sign-in."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from central.form import SecondForm
from central.operation import second_factor
from central.route.press import the_pages
from central.route.visitor import (
    CentreHere,
    HalfSignedIn,
    PageDenied,
    Posted,
    SignInFirst,
    Visitor,
)
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/second", include_in_schema=False)


@router.get("")
def ask(request: Request, who: HalfSignedIn) -> Response:
    """Ask for the six digits."""
    return _show_ask(request, who, None)


@router.post("")
def check(request: Request, who: HalfSignedIn, centre: CentreHere, sent: Posted) -> Response:
    """Let pass who types the right digits, or a recovery code."""
    form = SecondForm(sent, meta={"csrf_context": who.form_token})
    if not form.validate():
        return _show_ask(request, who, Failure.FORM_INVALID)
    with centre.database.writing() as session:
        denied = second_factor.check(
            session, request.cookies.get("bbg_staff", ""), form.code.data or "",
            keys=centre.keys, now=centre.clock.now(),
        )  # fmt: skip
    if denied is not None:
        return _show_ask(request, who, denied)
    return RedirectResponse("/staff", status_code=303)


@router.get("/set-up")
def set_up_form(request: Request, who: HalfSignedIn, centre: CentreHere) -> Response:
    """Show a new secret as a QR; it is kept only when a code from it is right."""
    _only_without(who)
    secret = second_factor.new_secret()
    return _show_set_up(request, who, centre, secret, None)


@router.post("/set-up")
def set_up(request: Request, who: HalfSignedIn, centre: CentreHere, sent: Posted) -> Response:
    """Keep the secret, and show the recovery codes this once."""
    _only_without(who)
    form = SecondForm(sent, meta={"csrf_context": who.form_token})
    secret = _carried(str(sent.get("sealed", "")), who, centre)
    if not form.validate() or secret is None or who.staff is None:
        raise PageDenied(Failure.FORM_INVALID, 422)
    with centre.database.writing() as session:
        codes = second_factor.enrol(
            session, who.staff.id, secret, form.code.data or "", keys=centre.keys,
            now=centre.clock.now(),
        )  # fmt: skip
    if isinstance(codes, Failure):
        return _show_set_up(request, who, centre, secret, codes)
    return the_pages(request).show(
        request,
        replace(who, staff=None),
        "console/second_codes.html",
        codes=codes,
        form=None,
        refresh_s=None,
    )


def _only_without(who: Visitor) -> None:
    if who.staff is None or who.staff.second_factor:
        # Whoever has one must not replace it by password alone.
        raise PageDenied(Failure.NOT_YOUR_DUTY, 403)
    if who.staff.password_given_at is not None:
        # Nobody else may know the password of who sets one up.
        raise SignInFirst("/staff/password")


def _show_ask(request: Request, who: Visitor, failure: Failure | None) -> Response:
    form = SecondForm(meta={"csrf_context": who.form_token})
    return the_pages(request).show(
        request, replace(who, staff=None), "console/second.html", form=form, failure=failure,
        refresh_s=None, status=200 if failure is None else 401,
    )  # fmt: skip


def _show_set_up(
    request: Request, who: Visitor, centre: CentreHere, secret: str, failure: Failure | None
) -> Response:
    form = SecondForm(meta={"csrf_context": who.form_token})
    login = who.staff.login if who.staff is not None else ""
    return the_pages(request).show(
        request, replace(who, staff=None), "console/second_set_up.html", form=form,
        failure=failure, refresh_s=None, text=second_factor.address(secret, login), secret=secret,
        sealed=centre.keys.sealer.seal(secret, place=f"set-up:{who.id}:{login}"),
        status=200 if failure is None else 401,
    )  # fmt: skip


def _carried(sealed: str, who: Visitor, centre: CentreHere) -> str | None:
    login = who.staff.login if who.staff is not None else ""
    try:
        return centre.keys.sealer.open(sealed, place=f"set-up:{who.id}:{login}")
    except Exception:  # noqa: BLE001  (whatever is wrong with it, it is not what we showed)
        return None
