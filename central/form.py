"""The forms of the pages: what may be typed, in which form it is kept. Knows no route.

Error texts are keys of the phone's and console's catalogues (`form.*`).
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from typing import Any

from wtforms import Form, HiddenField, StringField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.fields import BooleanField, PasswordField
from wtforms.validators import ValidationError

from central import normal
from central.catalogue import Actor
from central.operation import consent
from central.operation.assistance import Way
from central.operation.buildings import OTHER, UNITS
from central.operation.resident import DocumentKind, Tie
from central.operation.role import Role
from locker.contract.credential import CARD_DIGITS, card_number

NAME_LENGTH = 60
NEW = "new"
"""Chosen of the people who are known: none of them."""
_NAME_MARKS = frozenset("·•.'’‘-‐‑,()（）/　ʼ")
_BUILDING_MARKS = frozenset("·.-‐–,，、#()（）/&'’：:　")
_JOINERS = frozenset("\u200c\u200d")


class BoundCSRF(CSRF):
    """A form's token belongs to the browser that was shown the form."""

    def setup_form(self, form: Any) -> Any:
        """Take the browser's token from the form's meta."""
        self._token: str = form.meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:  # noqa: ARG002
        """Give the browser's token."""
        return self._token

    def validate_csrf_token(self, form: Any, field: Any) -> None:  # noqa: ARG002
        """Refuse a form that another page sent."""
        if not hmac.compare_digest(self._token.encode(), (field.data or "").encode()):
            raise ValidationError("form.stale")


class BareForm(Form):
    """A form with nothing but its token: a button."""

    class Meta:
        """WTForms' settings."""

        csrf = True
        csrf_class = BoundCSRF


class ConsentForm(BareForm):
    """A yes to the text on its page, which it carries (`consent.Text`)."""

    text = HiddenField()

    def validate_text(self, field: HiddenField) -> None:
        """Refuse a yes to what is not the present text, or to nobody knows what."""
        if consent.shown(field.data or "") is None:
            raise ValidationError("consent.changed")


def _check_letters(
    text: str, marks: frozenset[str], *, digits: bool, longest: int = NAME_LENGTH
) -> None:
    if not text:
        raise ValidationError("form.missing")
    if len(text) > longest:
        raise ValidationError("form.too_long")
    if not all(_is_allowed(letter, marks, digits=digits) for letter in text):
        raise ValidationError("form.odd_letters")
    wanted = ("L", "N") if digits else ("L",)
    if not any(unicodedata.category(letter).startswith(wanted) for letter in text):
        raise ValidationError("form.no_letters")


def _is_allowed(letter: str, marks: frozenset[str], *, digits: bool) -> bool:
    category = unicodedata.category(letter)
    if category[0] in "LM" or letter == " " or letter in marks or letter in _JOINERS:
        return True
    return digits and category[0] == "N"


def is_family(text: str) -> bool:
    """Tell whether a line may name a relative and a number: 女儿 王小兰 13900139000."""
    try:
        _check_letters(text, _NAME_MARKS | {"+"}, digits=True)
    except ValidationError:
        return False
    return sum(letter.isdecimal() for letter in text) >= 7


class DetailsForm(BareForm):
    """Who a resident is: as little as the matters need.

    `place`: a listed building, to which `building` adds the door; otherwise `building` is it all.
    """

    name = StringField(filters=[normal.line])
    phone = StringField(filters=[normal.line])
    place = StringField()
    building = StringField(filters=[normal.line])
    tie = StringField()

    def validate_tie(self, field: StringField) -> None:
        """Allow the ties there are, or none: it is asked, not demanded."""
        if field.data and field.data not in set(Tie):
            raise ValidationError("form.missing")

    def validate_name(self, field: StringField) -> None:
        """Allow any script; refuse signs that no name has and marks that turn text round."""
        _check_letters(field.data or "", _NAME_MARKS, digits=False)

    def validate_phone(self, field: StringField) -> None:
        """Allow numbers of any country."""
        if not field.data:
            raise ValidationError("form.missing")
        if normal.phone(field.data) is None:
            raise ValidationError("form.no_phone")

    def validate_building(self, field: StringField) -> None:
        """Allow what addresses are made of; in a listed building the door may be left out."""
        if self.place.data in {None, "", OTHER} or field.data:
            _check_letters(field.data or "", _BUILDING_MARKS, digits=True)


class OwnDetailsForm(DetailsForm):
    """What residents may correct themselves; the ID number only where they gave one, or must."""

    id_number = StringField(filters=[normal.line])
    id_kind = StringField()

    def validate_id_kind(self, field: StringField) -> None:
        """Allow the kinds there are."""
        if field.data and field.data not in set(DocumentKind):
            raise ValidationError("form.missing")

    def validate_id_number(self, field: StringField) -> None:
        """Allow nothing, or a number with the right check character."""
        if field.data and normal.id_number(field.data) is None:
            raise ValidationError("form.no_id_number")


class AskedForm(BareForm):
    """What staff do for a resident: who asked how."""

    way = StringField()
    person = StringField(filters=[normal.line])

    def validate_way(self, field: StringField) -> None:
        """Who asked how must be said."""
        if field.data not in set(Way):
            raise ValidationError("form.missing")

    def validate_person(self, field: StringField) -> None:
        """Allow any script."""
        _check_letters(field.data or "", _NAME_MARKS, digits=False)


class CorrectionForm(OwnDetailsForm, AskedForm):
    """What staff correct of a resident: only what is to be changed."""

    def validate_name(self, field: StringField) -> None:
        """Allow nothing where something else is to be changed."""
        others = (self.phone, self.building, self.tie, self.id_number, self.id_kind)
        if field.data:
            super().validate_name(field)
        elif not any(other.data for other in others):
            raise ValidationError("form.nothing_new")

    def validate_phone(self, field: StringField) -> None:
        """Allow nothing: it stays."""
        if field.data:
            super().validate_phone(field)

    def validate_building(self, field: StringField) -> None:
        """Allow nothing: it stays."""
        if field.data:
            super().validate_building(field)

    def validate_id_kind(self, field: StringField) -> None:
        """Ask for it with a number."""
        super().validate_id_kind(field)
        if self.id_number.data and not field.data:
            raise ValidationError("form.missing")

    def validate_id_number(self, field: StringField) -> None:
        """Ask for it with a kind."""
        super().validate_id_number(field)
        if self.id_kind.data and not field.data:
            raise ValidationError("form.missing")


class IdNumberForm(BareForm):
    """The number of a document, where the matter needs it."""

    id_number = StringField(filters=[normal.line])
    id_kind = StringField()

    def validate_id_kind(self, field: StringField) -> None:
        """Allow the kinds there are."""
        if field.data and field.data not in set(DocumentKind):
            raise ValidationError("form.missing")

    def validate_id_number(self, field: StringField) -> None:
        """Ask for a number with the right check character."""
        if not field.data:
            raise ValidationError("form.missing")
        if normal.id_number(field.data) is None:
            raise ValidationError("form.no_id_number")


class BuildingForm(BareForm):
    """A building of the community and how many units it has."""

    estate = StringField(filters=[normal.line])
    house = StringField(filters=[normal.line])
    units = StringField(filters=[normal.line])

    def validate_estate(self, field: StringField) -> None:
        """Allow what addresses are made of."""
        _check_letters(field.data or "", _BUILDING_MARKS, digits=True, longest=40)

    def validate_house(self, field: StringField) -> None:
        """Allow what addresses are made of."""
        _check_letters(field.data or "", _BUILDING_MARKS, digits=True, longest=20)

    def validate_units(self, field: StringField) -> None:
        """Nothing is none."""
        if not re.fullmatch(r"[0-9]{0,2}", field.data or "") or int(field.data or 0) > UNITS:
            raise ValidationError("form.units")


class AgainForm(BareForm):
    """Who a resident is that has bound another phone before."""

    name = StringField(filters=[normal.line])
    phone = StringField(filters=[normal.line])

    def validate_name(self, field: StringField) -> None:
        """Allow any script."""
        _check_letters(field.data or "", _NAME_MARKS, digits=False)

    def validate_phone(self, field: StringField) -> None:
        """Allow numbers of any country."""
        if normal.phone(field.data) is None:
            raise ValidationError("form.no_phone" if field.data else "form.missing")


class ProofForm(BareForm):
    """Six digits that came by SMS."""

    code = StringField(filters=[normal.line])

    def validate_code(self, field: StringField) -> None:
        """Ask for six digits."""
        if not re.fullmatch(r"[0-9]{6}", field.data or ""):
            raise ValidationError("form.six_digits" if field.data else "form.missing")


class HelpedForm(DetailsForm):
    """Somebody whom staff help with what: `known`, the id of who is known, or somebody `NEW`.

    `find`: what staff look for them by.
    """

    find = StringField(filters=[normal.line])
    known = StringField()
    item = StringField()

    def validate_item(self, field: StringField) -> None:
        """Something must be chosen; the catalogue judges what."""
        if not field.data:
            raise ValidationError("form.missing")

    def validate_name(self, field: StringField) -> None:
        """Ask for it where the person is not known."""
        if not self._is_known():
            super().validate_name(field)

    def validate_phone(self, field: StringField) -> None:
        """Ask for it where the person is not known."""
        if not self._is_known():
            super().validate_phone(field)

    def validate_building(self, field: StringField) -> None:
        """Ask for it where the person is not known."""
        if not self._is_known():
            super().validate_building(field)

    def _is_known(self) -> bool:
        return self.known.data not in {None, "", NEW}


class ClaimForm(HelpedForm):
    """认领: the person named on the form in the envelope, and the text that they signed there."""

    version = StringField(filters=[normal.line], default=lambda: consent.VERSION)

    def validate_version(self, field: StringField) -> None:
        """Allow what a version looks like: an old form may name any."""
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{1,3}", field.data or ""):
            raise ValidationError("form.no_version")


class DelegateForm(BareForm):
    """Somebody who may collect for the resident."""

    name = StringField(filters=[normal.line])
    phone = StringField(filters=[normal.line])
    actor = StringField()

    def validate_name(self, field: StringField) -> None:
        """Allow any script."""
        _check_letters(field.data or "", _NAME_MARKS, digits=False)

    def validate_phone(self, field: StringField) -> None:
        """Allow numbers of any country."""
        if normal.phone(field.data) is None:
            raise ValidationError("form.no_phone" if field.data else "form.missing")

    def validate_actor(self, field: StringField) -> None:
        """Allow who may act at all; the matter judges whether it may."""
        if field.data not in set(Actor):
            raise ValidationError("form.missing")


class CardForm(BareForm):
    """A card that was tapped on the desk's reader, which types its number and Enter."""

    card = StringField()

    def validate_card(self, field: StringField) -> None:
        """Allow what readers of cards type."""
        if not field.data:
            raise ValidationError("form.missing")
        if not card_number(field.data):
            raise ValidationError("form.no_card")


class CardDigitsForm(CardForm):
    """Four digits of a person's own, twice, and the second tap. `first_tap`: what it must be."""

    digits = PasswordField()
    digits_again = PasswordField()
    first_tap = ""

    def validate_digits(self, field: PasswordField) -> None:
        """Allow four digits."""
        if re.fullmatch(rf"[0-9]{{{CARD_DIGITS}}}", field.data or "") is None:
            raise ValidationError("form.four_digits")

    def validate_digits_again(self, field: PasswordField) -> None:
        """Allow the same."""
        if field.data != self.digits.data:
            raise ValidationError("form.digits_differ")

    def validate_card(self, field: StringField) -> None:
        """Allow the same card: one that names itself anew each time is no good."""
        super().validate_card(field)
        if card_number(field.data or "") != self.first_tap:
            raise ValidationError("form.card_differs")


class AssistanceForm(HelpedForm, AskedForm, ConsentForm):
    """帮办: for whom, what, and who asked how."""

    cabinet = StringField()


class SignInForm(BareForm):
    """A member of staff's login and password."""

    login = StringField(filters=[normal.line])
    password = PasswordField()


class SecondForm(BareForm):
    """Six digits, or a recovery code."""

    code = StringField(filters=[normal.line])

    def validate_code(self, field: StringField) -> None:
        """Refuse what can be neither."""
        if not 6 <= len(field.data or "") <= 14:
            raise ValidationError("form.missing")


class PasswordForm(BareForm):
    """A new password."""

    password = PasswordField()

    def validate_password(self, field: PasswordField) -> None:
        """Refuse passwords that are too short."""
        if not 8 <= len(field.data or "") <= 200:
            raise ValidationError("form.short_password")


class OwnPasswordForm(PasswordForm):
    """A new password for oneself; the one in use shows that it is oneself."""

    password_now = PasswordField()

    def validate_password(self, field: PasswordField) -> None:
        """Refuse, besides, the one in use."""
        super().validate_password(field)
        if field.data == self.password_now.data:
            raise ValidationError("form.same_password")


class StaffForm(PasswordForm):
    """A new member of staff."""

    login = StringField(filters=[normal.line])
    name = StringField(filters=[normal.line])
    role = StringField()

    def validate_role(self, field: StringField) -> None:
        """Allow the roles there are."""
        if field.data not in set(Role):
            raise ValidationError("form.missing")

    def validate_login(self, field: StringField) -> None:
        """Allow short plain logins."""
        if not re.fullmatch(r"[a-z0-9._-]{2,40}", field.data or ""):
            raise ValidationError("form.bad_login")

    def validate_name(self, field: StringField) -> None:
        """Allow any script."""
        _check_letters(field.data or "", _NAME_MARKS, digits=False)


class BadgeForm(BareForm):
    """A PIN for a new badge, and whether it looks into every box."""

    pin = PasswordField()
    maintains = BooleanField()

    def validate_pin(self, field: PasswordField) -> None:
        """Four to eight digits."""
        if not re.fullmatch(r"[0-9]{4,8}", field.data or ""):
            raise ValidationError("form.bad_pin")
