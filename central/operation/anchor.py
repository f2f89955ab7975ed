"""What the centre holds of a cabinet's journals: the signed heads, for a check on any machine."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from central.record.cabinet import Cabinet, HeadSignature


def heads(session: Session, cabinet: Cabinet) -> dict[str, Any]:
    """Give the newest valid head of each journal, and every key that signed one.

    This is the file that `bangbangui diag journal verify --heads` reads.
    """
    rows = session.exec(
        select(HeadSignature)
        .where(HeadSignature.cabinet == cabinet.id, col(HeadSignature.valid).is_(True))
        .order_by(col(HeadSignature.sequence), col(HeadSignature.id))
    ).all()
    newest = {row.journal: row for row in rows if row.sequence > 0}
    return {
        "cabinet": cabinet.id,
        "keys": sorted({row.key for row in rows} | {cabinet.head_key} - {""}),
        "heads": [
            {
                "journal": row.journal,
                "sequence": row.sequence,
                "head": row.head,
                "signature": row.signature,
                "key": row.key,
            }
            for row in newest.values()
        ],
    }
