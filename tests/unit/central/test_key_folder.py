"""A running centre and the files of its keys: what is changed is used, what is damaged is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.key import SIGNING, drop_old, make_next, use_next
from central.key_folder import KeyFolder


def test_a_changed_key_is_used_without_a_restart(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    before = folder.ring
    assert folder.ring is before, "nothing changed, so nothing is read again"
    coming = make_next(tmp_path)
    assert list(folder.ring.accepted) == [before.public, coming]
    use_next(tmp_path)
    assert folder.ring.public == coming
    assert before.public in folder.ring.accepted
    drop_old(tmp_path, before.public.kid)
    assert list(folder.ring.accepted) == [coming]
    assert folder.ring.master == before.master


@pytest.mark.logs_may_warn("read before go on")
@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_text("half a k")])
def test_a_key_file_that_is_lost_or_damaged_is_told_and_never_made_anew(
    tmp_path: Path, harm: object, caplog: pytest.LogCaptureFixture
) -> None:
    folder = KeyFolder(tmp_path)
    file, before = tmp_path / SIGNING, folder.ring
    kept = file.read_text()
    assert callable(harm)
    harm(file)
    assert folder.ring is folder.ring is before
    assert caplog.text.count("signing.key: not 32 bytes in hex") == 1
    file.write_text(kept)
    assert folder.ring.public == before.public
