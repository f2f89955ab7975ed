"""The one spelling in which a typed thing is kept and looked for, and how it is read out. Pure.

A keyed hash finds a value only when it was spelled alike both times.
"""

from __future__ import annotations

import re
import unicodedata

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_RESIDENT_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_OTHER_DOCUMENT = re.compile(r"[A-Z0-9]{5,20}")


def line(text: str | None) -> str:
    """Normalise a typed line: canonical form, no blanks at the ends or doubled."""
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def phone(text: str | None) -> str | None:
    """Give a telephone number in international form, or None where it is none.

    Without a leading + or 00 it is taken as of mainland China: a mobile number, or a landline
    with its area code.
    """
    compact = re.sub(r"[\s()\-.]", "", unicodedata.normalize("NFKC", text or ""))
    if compact.startswith("00"):
        compact = "+" + compact[2:]
    elif re.fullmatch(r"1[3-9][0-9]{9}", compact):
        compact = "+86" + compact
    elif re.fullmatch(r"0[1-9][0-9]{8,10}", compact):
        compact = "+86" + compact[1:]
    return compact if _PHONE.fullmatch(compact) else None


def telephone(number: str) -> str:
    """Group a number in international form as people read it out, where it is Chinese."""
    if mobile := re.fullmatch(r"(?:\+86)?(1[3-9]\d)(\d{4})(\d{4})", number):
        return " ".join(mobile.groups())
    landline = re.fullmatch(r"\+86(10|2\d|[3-9]\d\d)(\d{3,4})(\d{4})", number)
    return f"0{' '.join(landline.groups())}" if landline else number


def name(text: str | None) -> str:
    """Give a name as it is compared: no blanks, no dots between its parts, no case."""
    plain = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LM")


def id_number(text: str | None) -> str | None:
    """Give the number of an identity document, or None where it is none.

    Eighteen characters are a resident identity card's and must carry the right check character
    (GB 11643); anything else is taken as another document's: 5 to 20 letters and digits.
    """
    compact = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text or "")).upper()
    if len(compact) == 18:
        return compact if _has_right_check(compact) else None
    return compact if _OTHER_DOCUMENT.fullmatch(compact) else None


def last_four(text: str) -> str:
    """Give the last four digits of a number, letters left out; nothing where it has fewer."""
    digits = "".join(letter for letter in text if letter in "0123456789")
    return digits[-4:] if len(digits) >= 4 else ""


def _has_right_check(number: str) -> bool:
    if not _RESIDENT_ID.fullmatch(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[-1]
