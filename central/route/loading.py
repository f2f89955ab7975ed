"""What waits to be put into a cabinet: the list to pick from, and its labels as one PDF."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import label_paper
from central.catalogue import Item
from central.operation import desk
from central.record.cabinet import Cabinet
from central.record.case import Consignment, Matter
from central.route.console import PageNumber
from central.route.page import catalogue as texts_of
from central.route.press import show
from central.route.visitor import CentreHere, MatterStaff
from locker.contract.credential import LABEL_PREFIX

router = APIRouter(prefix="/staff/loading", include_in_schema=False)


@router.get("")
def loading(
    request: Request, who: MatterStaff, centre: CentreHere, page: PageNumber = 1
) -> Response:
    """List the envelopes that are ready and lie in no cabinet yet."""
    with centre.database.reading() as session:
        part = desk.loading_list(session, page=page)
    return show(
        request, who, "console/loading.html", part=part, papers=label_paper.Paper, refresh_s=20,
        live=True,
    )  # fmt: skip


@router.get("/{paper}.pdf")
def labels_to_print(
    paper: label_paper.Paper, who: MatterStaff, centre: CentreHere, page: PageNumber = 1
) -> Response:
    """Give the labels of one page of the list, in its order."""
    with centre.database.reading() as session:
        rows = desk.loading_list(session, page=page).rows
    labels = [
        _label(row, matter, cabinet, item, language=who.language)
        for row, matter, cabinet, item in rows
        if matter is not None and item is not None
    ]
    body = label_paper.as_pdf(labels, paper)
    headers = {
        "Content-Disposition": f'inline; filename="bangbangui-labels-{paper}.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type="application/pdf", headers=headers)


def _label(
    row: Consignment, matter: Matter, cabinet: Cabinet, item: Item, *, language: str
) -> label_paper.Label:
    texts = texts_of("console", language)
    contents = []
    for key in row.contents:
        paper = item.paper(key)
        known = texts(f"content.{key}") if f"content.{key}" in texts.keys else key
        contents.append(paper.title(language) if paper else known)
    return label_paper.Label(
        text=LABEL_PREFIX + row.id,
        reference=matter.reference,
        place=f"{cabinet.short} · {cabinet.site}",
        contents=("、" if language == "zh_CN" else ", ").join(contents),
        note=texts("label.not_a_key"),
    )
