"""What the glass may show, as centre and cabinet of another release understand it."""

from __future__ import annotations

from typing import Any

import pytest

from locker.contract.bulletin import Bulletin, WalkInMatter, WalkInPaper, Words

TITLE = {"zh": "申请表", "en": "Form"}


def told(*papers: dict[str, Any]) -> WalkInMatter:
    """Give the one matter of a bulletin with these papers, as JSON brings it."""
    matter = {"key": "proof", "title": TITLE, "papers": papers}
    return Bulletin.model_validate({"made_at": 1.0, "matters": [matter]}).matters[0]


@pytest.mark.parametrize("paper", [{"key": "form", **TITLE}, {"key": "form", "title": TITLE}])
def test_a_paper_is_read_in_the_form_of_now_and_of_before(paper: dict[str, Any]) -> None:
    assert told(paper).papers == (WalkInPaper(key="form", zh="申请表", en="Form"),)


def test_an_older_centres_papers_without_keys_cost_the_matter_nothing() -> None:
    assert (told(TITLE, TITLE).title.zh, told(TITLE, TITLE).papers) == ("申请表", ())


def test_a_cabinet_that_knows_no_keys_reads_the_texts() -> None:
    paper = WalkInPaper(key="form", zh="申请表", en="Form")
    assert Words.model_validate_json(paper.model_dump_json()) == Words(zh="申请表", en="Form")
