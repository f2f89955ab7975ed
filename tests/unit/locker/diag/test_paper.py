"""The acceptance sheet and the stickers, read back as a viewer and a scanner would."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from locker.contract.text import Catalogue
from locker.diag.acceptance import (
    Content,
    Finding,
    Result,
    Sheet,
    SheetVerdict,
    Source,
    sign_sheet,
    verify_sheet,
)
from locker.diag.acceptance_sheet import sheet_pdf, verdict_words
from locker.diag.stickers import (
    A4_HEIGHT_MM,
    A4_WIDTH_MM,
    MARGIN_MM,
    StickerFacts,
    make_stickers,
    place_stickers,
    sticker_pdf,
)
from locker.diag.wiring_map import load_layout
from tests.support.pdf_page import words

CHINESE = Catalogue.load("locker.diag", "technician", "zh_CN")
FACTS = StickerFacts(
    layout=load_layout("runyuan-24"), cabinet="runyuan-01", telephone="0311-0000 0000",
    state_url="https://centre.example/s", camera=False,
)  # fmt: skip


def _content(*results: Result) -> Content:
    findings = tuple(
        Finding(
            key=f"k{n}", name="柜门", result=result, source=Source.MEASURED, seen="看到", how="读"
        )
        for n, result in enumerate(results)
    )
    return Content(
        cabinet="c", site="润园", by="tester", at_s=1_790_000_000, version="0", findings=findings
    )


def test_a_signed_sheet_is_genuine_and_a_changed_one_is_not() -> None:
    sheet = sign_sheet(_content(Result.FAILED), Ed25519PrivateKey.generate())
    assert verify_sheet(sheet) is SheetVerdict.GENUINE
    better = sheet.model_copy(update={"content": _content(Result.PASSED)})
    assert verify_sheet(better) is SheetVerdict.FORGED


def test_a_sheet_signed_anew_by_another_key_is_no_sheet_of_this_cabinet() -> None:
    other = sign_sheet(_content(Result.PASSED), Ed25519PrivateKey.generate())
    ours = sign_sheet(_content(Result.PASSED), Ed25519PrivateKey.generate())
    assert verify_sheet(other, key=ours.public_key) is SheetVerdict.FORGED


def test_a_bare_bench_gives_an_unsigned_sheet_that_says_so() -> None:
    sheet = sign_sheet(_content(Result.PASSED), None)
    assert verify_sheet(sheet) is SheetVerdict.UNSIGNED
    assert sheet_pdf(sheet, CHINESE).startswith(b"%PDF")


def test_no_result_of_the_english_sheet_is_broken_in_two() -> None:
    texts = Catalogue.load("locker.diag", "technician", "en")
    lines = words(sheet_pdf(sign_sheet(_content(*Result), None), texts))
    assert {texts(f"check.{word}") for word in (*Result, Source.MEASURED)} <= set(lines)


def test_no_line_of_the_chinese_sheet_begins_with_a_sign_that_ends_a_clause() -> None:
    said = "看到门开，" * 10
    content = _content(*[Result.PASSED] * 4)
    findings = tuple(
        finding.model_copy(update={"seen": said[n:], "how": said[n:]})
        for n, finding in enumerate(content.findings)
    )
    sheet = sign_sheet(content.model_copy(update={"findings": findings}), None)
    lines = [line for line in words(sheet_pdf(sheet, CHINESE)) if "门开" in line]
    assert len(lines) > 2 * len(findings)
    assert not [line for line in lines if line.startswith("，")]


def test_a_sheet_survives_its_file() -> None:
    sheet = sign_sheet(_content(Result.PASSED, Result.NOT_FITTED), Ed25519PrivateKey.generate())
    read = Sheet.model_validate_json(sheet.model_dump_json())
    assert verify_sheet(read) is SheetVerdict.GENUINE


def test_what_was_not_done_is_never_accepted() -> None:
    assert _content(Result.PASSED, Result.NOT_FITTED).accepted
    assert not _content(Result.PASSED, Result.NOT_DONE).accepted
    assert "未做" in verdict_words(_content(Result.NOT_DONE), CHINESE)


def test_stickers_stay_on_the_paper_and_do_not_overlap() -> None:
    placed = list(place_stickers(make_stickers(FACTS, CHINESE)))
    for one in placed:
        assert one.x_mm >= MARGIN_MM
        assert one.x_mm + one.sticker.width_mm <= A4_WIDTH_MM - MARGIN_MM
        assert one.y_mm + one.sticker.height_mm <= A4_HEIGHT_MM - MARGIN_MM
    for at, one in enumerate(placed):
        for other in placed[at + 1 :]:
            assert (
                one.page != other.page
                or one.x_mm + one.sticker.width_mm <= other.x_mm
                or other.x_mm + other.sticker.width_mm <= one.x_mm
                or one.y_mm + one.sticker.height_mm <= other.y_mm
                or other.y_mm + other.sticker.height_mm <= one.y_mm
            )


def test_every_door_has_a_sticker_and_two_pages_are_enough() -> None:
    _, doors = make_stickers(FACTS, CHINESE)
    assert len(doors) == 24
    data, pages = sticker_pdf(FACTS, CHINESE)
    assert data.startswith(b"%PDF")
    assert pages == 2
