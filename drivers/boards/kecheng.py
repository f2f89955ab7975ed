"""Board family A′, "kecheng": the Kecheng RS-485 V4.0 dialect of family A (锁板协议2025).

Seen on the board CM06-24-396-5557FB V2.0: RS-485, 9600 8N1, 24 channels, address by DIP switch.
Facts: `lockboards.md` §3; source keys as in its §12. The frames are family A's
(`drivers.boards.shuoming`), read by the same code; what differs is here.

Frames (BCC is the XOR of all bytes before it) [A13][A13a]::

    we ask                                   the board answers
    8A bb LL uu BCC   pulse one lock         8A bb LL st BCC
    80 bb LL 33 BCC   one contact            80 bb LL st BCC
    80 bb 00 33 BCC   all contacts           80 bb S1 .. SN 33 BCC

    uu  33 by the 2025 manual, 11 in older firmware: the setting `unlock_function` [A13a]
    st  11 or 00; which of them is "open" differs between the manual and the board in the field, so
        it is commissioned by three readings closed, open, closed of one door [A13a]. In the words
        of the profile: 00 = open is contact "short-when-locked" (the default, as in the field),
        00 = closed is "short-when-open".
    S   one bit a lock, least significant first, last byte locks 1-8. The manual has 1 = "closed, or
        no feedback", whatever the single byte says: where 00 = closed, that is packed = "inverted".
        What it is in the field nobody published: `packed` is commissioned on its own (§16)

With `uu` = 33 a pulse's answer is never the request itself, so an echo cannot pass for it; with 11
it can, as in family A.

Never sent: 9D open all (answered by 9E), 9A/9B hold, 7A motor, 7C three pulses, 7F limit, 7E unlock
time, 8D and 81 automatic upload, 82 firmware and UID. Nobody published what an automatic upload
looks like, so unknown frames come out as stray bytes: counted and shown, never guessed.

**Late answers**: a read of one door and of all have different forms and fence each other, as in
family A. The bit of a lock with no feedback reads 1, which is "closed" in the usual polarity.
"""

from __future__ import annotations

from drivers.boards.shuoming import BOARDS, RARE_BOARDS, ShuomingCodec
from drivers.codec import BoardCodec
from drivers.family import BoardProfile, FamilyFacts


def _make(profile: BoardProfile) -> BoardCodec:
    return ShuomingCodec(
        channels=profile.channels,
        contact=profile.contact,
        packed=profile.packed,
        byte_order=profile.byte_order,
        report_heads=frozenset(),
        unlock_function=profile.unlock_function,
    )


FACTS = FamilyFacts(
    codec=_make,
    addresses=BOARDS,
    rare=RARE_BOARDS,
    channels=range(1, 51),
    settings=("contact", "packed", "byte_order", "unlock_function"),
    defaults={"pulse_ms": 1000},
)
