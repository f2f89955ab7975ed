"""Every failure a person can meet, by a stable code.

The code is the same in the log, on the glass, on the phone, on the console and in the handbook;
its title, cause and remedy are in `texts/failure.<language>.toml` under the code. Codes are never
reused. Standard library only.
"""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """Stable codes.

    1xx shown or typed, 2xx the cabinet, 3xx doors, 4xx staff, 5xx the centre, 6xx keys and lines.
    """

    CODE_WRONG = "BBG-101"
    """The eight digits belong to nothing at this cabinet."""
    CREDENTIAL_EXPIRED = "BBG-102"
    CREDENTIAL_USED = "BBG-103"
    CREDENTIAL_REVOKED = "BBG-104"
    OTHER_CABINET = "BBG-105"
    """A good code of this town, for another cabinet."""
    SIGNATURE_BAD = "BBG-106"
    """Looks like one of ours and is not signed by our centre."""
    NOT_OURS = "BBG-107"
    """A QR of something else."""
    UNREADABLE = "BBG-108"
    """Too long, control characters or no text."""
    KEYPAD_PAUSED = "BBG-109"
    NOT_READY = "BBG-110"
    """The consignment is not in the cabinet yet."""
    IN_USE = "BBG-111"
    """This grant's door is being used right now."""
    BEFORE_ENROLMENT = "BBG-112"
    """Issued before the cabinet got its present journal; a new one is on the phone."""
    LABEL_NO_CREDENTIAL = "BBG-113"
    """A label on an envelope opens no door for collecting."""
    RECALLED = "BBG-114"
    """The keeping time was over; staff took the consignment back."""

    BOARD_SILENT = "BBG-201"
    """The lock board has not answered within the last two seconds."""
    CABINET_FULL = "BBG-202"
    BUSY = "BBG-203"
    """Somebody else's door is open; please wait."""
    OUT_OF_SERVICE = "BBG-204"
    NOT_RECORDED = "BBG-205"
    """The disk cannot take the record, so no door is opened."""
    WALK_IN_PAUSED = "BBG-206"
    """One deposit without a phone every two minutes, and never the last free compartments."""
    STARTING = "BBG-207"

    DOOR_NOT_OPENED = "BBG-301"
    DOOR_UNKNOWN = "BBG-302"
    DOOR_JAMMED = "BBG-303"
    DOOR_LEFT_OPEN = "BBG-304"
    REOPEN_OVER = "BBG-305"
    """The two re-openings, or the five minutes, are over."""
    COOLING = "BBG-306"
    """The lock's coil was on too long of late, and rests first."""
    CONTACT_DOUBTFUL = "BBG-307"
    """The door's contact is not believed: nobody can tell whether it is open."""

    BADGE_OR_PIN_WRONG = "BBG-401"
    BADGE_EXPIRED = "BBG-402"
    NOT_ALLOWED = "BBG-403"
    """The badge is good and lacks the capability."""
    STAFF_ONLY = "BBG-404"
    """A label was scanned and nobody of the staff is signed in."""
    LABEL_UNKNOWN = "BBG-405"
    NEEDS_SECOND_PERSON = "BBG-406"
    LABEL_ALREADY_LOADED = "BBG-407"

    COMMAND_STALE = "BBG-501"
    COMMAND_REPLAYED = "BBG-502"
    CENTRE_UNREACHABLE = "BBG-503"
    PRESENCE_OVER = "BBG-504"
    """The scan at the cabinet is too old; scan its QR again."""
    FORM_INVALID = "BBG-505"
    NOT_FOUND = "BBG-506"
    NOT_YOURS = "BBG-507"
    SIGN_IN_WRONG = "BBG-508"
    TOO_MANY_TRIES = "BBG-509"
    SESSION_OVER = "BBG-510"
    MATTER_MOVED_ON = "BBG-511"
    """The matter is no longer where this page thought it was."""
    NOT_YOUR_DUTY = "BBG-512"
    """Signed in, and the role lacks what this page asks for."""
    PERSON_ERASED = "BBG-520"
    """Everything personal of this resident was erased."""
    CONSENT_MISSING = "BBG-521"
    """The resident took the consent back, or has not read its newest version."""
    PHOTO_UNREADABLE = "BBG-522"
    """What was sent is no photo, or it is too large or broken."""
    CODE_NOT_SENT = "BBG-523"
    """No SMS with a code can be sent to this number now."""

    KEY_EXPOSED = "BBG-601"
    """A file of keys can be read by others, or is not the daemon's own."""
    KEY_UNREADABLE = "BBG-602"
    """A file of keys is missing, damaged, or may not be read by the daemon."""
    CENTRE_UNTRUSTED = "BBG-603"
    """Who answered at the centre's address has no certificate that this cabinet believes."""
    CENTRE_UNENCRYPTED = "BBG-604"
    """The centre's address is plain http and not on this machine."""
