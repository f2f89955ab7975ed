"""The form in which staff write an item of the catalogue. Knows no route and no table.

What contradicts itself is said by `catalogue.problems`; this form says what cannot be read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError
from wtforms import Form
from wtforms.fields import (
    BooleanField,
    FieldList,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
)

from central import normal
from central.catalogue import (
    Actor,
    AtDoor,
    ClockStart,
    DayKind,
    Item,
    Kind,
    Mend,
    Module,
    PaperKind,
    Shape,
)
from central.form import BareForm

PAPERS_LIMIT = 20
FIELD_OF: Final[Mapping[str, str]] = MappingProxyType({
    "no_title": "title_zh", "no_desk": "desk_zh", "elsewhere_has_papers": "kind",
    "no_papers": "shape", "collect_has_papers": "shape", "original_not_returned": "shape",
    "no_decider": "decider_zh", "decider_is_us": "clock", "no_days": "days",
    "longest_too_short": "longest_days", "places_with_door": "places",
    "asks_for_nothing": "at_door", "asks_unknown_id": "at_door",
})  # fmt: skip
"""Where a problem of the catalogue is mended; the others are a paper's."""
_OF_A_PAPER: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = MappingProxyType({
    "no_paper_title": ("title_zh", lambda paper: not paper.title_zh.data),
    "no_mend": ("mend", lambda paper: not paper.mend.data),
    "photo_of_a_thing": (
        "mend",
        lambda paper: Mend.PHOTO in paper.mend.data and paper.kind.data != PaperKind.KEPT,
    ),
})  # fmt: skip
"""Which field of a paper a problem is mended in, and which papers have it."""
_WORDS = ("title", "text", "decider", "basis", "desk")
_PLAIN = (
    "kind", "day_kind", "clock", "shape", "actors", "id_number", "at_door", "offered", "module",
)  # fmt: skip


def _choices(words: type[StrEnum]) -> Any:
    return [word.value for word in words]


def _text() -> StringField:
    return StringField(filters=[normal.line])


class PaperForm(Form):
    """One paper of the checklist."""

    key = StringField()
    title_zh, title_en, text_zh, text_en = _text(), _text(), _text(), _text()
    kind = SelectField(choices=_choices(PaperKind), default=PaperKind.KEPT.value)
    mend = SelectMultipleField(
        choices=_choices(Mend), default=[Mend.DROP_OFF.value, Mend.DESK.value]
    )
    gone = BooleanField()


class ItemForm(BareForm):
    """One item of the catalogue."""

    title_zh, title_en, text_zh, text_en = _text(), _text(), _text(), _text()
    kind = SelectField(choices=_choices(Kind), default=Kind.OURS.value)
    decider_zh, decider_en = _text(), _text()
    days, longest_days, yearly_reminder_days = _text(), _text(), _text()
    day_kind = SelectField(choices=_choices(DayKind), default=DayKind.WORKING.value)
    clock = SelectField(choices=_choices(ClockStart), default=ClockStart.COMMUNITY.value)
    shape = SelectField(choices=_choices(Shape), default=Shape.BOTH.value)
    actors = SelectMultipleField(choices=_choices(Actor), default=[word.value for word in Actor])
    id_number = BooleanField()
    at_door = SelectField(choices=_choices(AtDoor), default=AtDoor.NONE.value)
    basis_zh, basis_en, desk_zh, desk_en, telephone = _text(), _text(), _text(), _text(), _text()
    order, places = _text(), _text()
    module = SelectField(choices=_choices(Module), default=Module.MATTERS.value)
    offered = BooleanField(default=True)
    papers = FieldList(FormField(PaperForm), max_entries=PAPERS_LIMIT)


def filled(item: Item) -> dict[str, Any]:
    """Give an item in the form's fields."""
    data = _flat(item.model_dump(mode="json", exclude={"key", "papers"}))
    papers = [_flat(paper.model_dump(mode="json")) for paper in item.papers]
    return data | {"papers": papers}


def fields_of(form: ItemForm, problem: str) -> list[str]:
    """Give the fields in which a problem is mended, the first one first."""
    if problem in FIELD_OF:
        return [FIELD_OF[problem]]
    field, has_it = _OF_A_PAPER.get(problem, ("", lambda _: False))
    return [paper[field].name for paper in _kept(form) if has_it(paper)]


def read(form: ItemForm, *, key: str) -> tuple[Item | None, tuple[str, ...]]:
    """Give the item that a form says, or the names of the fields that cannot be read."""
    wrong = [str(name) for name, errors in form.errors.items() if errors]
    numbers: dict[str, int] = {}
    for name in ("days", "longest_days", "yearly_reminder_days", "order", "places"):
        typed = form[name].data or "0"
        if typed.isascii() and typed.isdigit() and len(typed) <= 3:
            numbers[name] = int(typed)
        else:
            wrong.append(name)
    if wrong:
        return None, tuple(wrong)
    try:
        item = Item.model_validate(
            {
                "key": key,
                "papers": [_paper(paper) for paper in _kept(form)],
                "telephone": form.telephone.data or "",
                **{name: _words(form, name) for name in _WORDS},
                **{name: form[name].data for name in _PLAIN},
                **numbers,
            }
        )
    except ValidationError as error:
        return None, tuple(_field_at(form, found["loc"]) for found in error.errors())
    return item, ()


def new_key(prefix: str) -> str:
    """Make a key that no person reads."""
    return f"{prefix}_{secrets.token_hex(4)}"


def _kept(form: ItemForm) -> list[Any]:
    return [entry.form for entry in form.papers if not _is_gone(entry.form)]


def _field_at(form: ItemForm, place: tuple[int | str, ...]) -> str:
    """Give the field that holds what an `Item` was refused for."""
    match place:
        case ("papers", int(index), *rest) if rest:
            return str(_kept(form)[index]["_".join(map(str, rest))].name)
        case _:
            return "_".join(map(str, place))


def _is_gone(form: Any) -> bool:
    """Tell whether it was taken out, or is a new line in which nothing was written."""
    written = (form.key, form.title_zh, form.title_en, form.text_zh, form.text_en)
    return form.gone.data or not any(field.data for field in written)


def _paper(form: Any) -> dict[str, Any]:
    return {
        "key": form.key.data or new_key("p"),
        "title": _words(form, "title"),
        "text": _words(form, "text"),
        "kind": form.kind.data,
        "mend": form.mend.data,
    }


def _words(form: Any, name: str) -> dict[str, str]:
    return {"zh": form[f"{name}_zh"].data or "", "en": form[f"{name}_en"].data or ""}


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{language}": text for language, text in value.items()}
        else:
            flat[name] = str(value) if type(value) is int else value
    return flat
