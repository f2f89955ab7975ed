"""The console's pages of the catalogue: what residents can choose, written by staff."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from central.catalogue import problems
from central.item_form import ItemForm, fields_of, filled, new_key, read
from central.operation import catalogue
from central.route.press import CataloguePress, go, show, staff_id, the_pages
from central.route.visitor import CatalogueStaff, CentreHere, PageDenied, Visitor
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/catalogue", include_in_schema=False)

_NEW = "new"


async def long_form(request: Request) -> FormData:
    """Read a form with a row for each paper."""
    return await request.form(max_files=0, max_fields=300)


LongForm = Annotated[FormData, Depends(long_form)]


@router.get("")
def items(request: Request, who: CatalogueStaff, centre: CentreHere) -> Response:
    """List the catalogue as residents see it, and what is not offered."""
    with centre.database.reading() as session:
        rows, missing = catalogue.newest(session), catalogue.missing(session)
    return show(request, who, "console/catalogue.html", rows=rows, missing=missing)


@router.post("")
def add_missing(press: CataloguePress) -> Response:
    """Put in what a new centre starts with and this one lacks."""
    change = partial(catalogue.add_missing, staff=press.staff, now=press.now)
    return press.writes(change, then="/staff/catalogue")


@router.get("/{key}")
def item_form(key: str, request: Request, who: CatalogueStaff, centre: CentreHere) -> Response:
    """Show one item to be changed, or an empty one."""
    with centre.database.reading() as session:
        item = catalogue.find(session, key)
        versions = catalogue.history(session, key)
    if item is None and key != _NEW:
        raise PageDenied(Failure.NOT_FOUND, 404)
    form = ItemForm(data=filled(item) if item else None, meta={"csrf_context": who.form_token})
    if item is None:
        form.papers.append_entry()
    return _show(request, who, form, key=key, versions=len(versions))


@router.post("/{key}")
def save_item(
    key: str, request: Request, who: CatalogueStaff, centre: CentreHere, sent: LongForm
) -> Response:
    """Keep a new version; or add one more row for a paper and show the form again."""
    form = ItemForm(sent, meta={"csrf_context": who.form_token})
    with centre.database.reading() as session:
        versions = len(catalogue.history(session, key))
    if key != _NEW and not versions:
        raise PageDenied(Failure.NOT_FOUND, 404)
    readable = form.validate()
    if "csrf_token" in form.errors:
        raise PageDenied(Failure.FORM_INVALID, 403)
    if "add_paper" in sent:
        form.papers.append_entry()
        return _show(request, who, form, key=key, versions=versions)
    item, wrong = read(form, key=new_key("i") if key == _NEW else key)
    if item is None or not readable:
        return _show(request, who, form, key=key, versions=versions, wrong=wrong)
    found = problems(item)
    if found:
        return _show(request, who, form, key=key, versions=versions, found=found)
    with centre.database.writing() as session:
        catalogue.save(session, item, staff=staff_id(who), now=centre.clock.now())
    return go("/staff/catalogue")


def _show(
    request: Request, who: Visitor, form: ItemForm, *, key: str, versions: int,
    wrong: tuple[str, ...] = (), found: tuple[str, ...] = (),
) -> Response:  # fmt: skip
    fields = {problem: fields_of(form, problem) for problem in found}
    return the_pages(request).show(
        request, who, "console/item.html", form=form, key=key, versions=versions, wrong=wrong,
        found=fields, marked={*wrong, *chain.from_iterable(fields.values())}, refresh_s=None,
        status=422 if wrong or found else 200,
    )  # fmt: skip
