"""Every page as it is painted: geometry, words, real clicks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QWidget

from kiosk_ui import gallery
from kiosk_ui.gallery import VARIANTS, Variant
from kiosk_ui.page_choice import Page
from kiosk_ui.rehearsal import find_widget, seen_texts
from kiosk_ui.samples import ADDRESS, BULLETIN, NOW, OK, Sample, samples, snapshot, state, visit
from kiosk_ui.theme import Shape, plain_font
from kiosk_ui.touch import Place
from kiosk_ui.view_state import RESTART, STAYED_SHOWN_S, Call, SliceCame, Tick
from kiosk_ui.widgets.button import Button
from kiosk_ui.widgets.label import Label
from kiosk_ui.widgets.type_setting import CENTRE, LEFT, RIGHT, _laid_out, fits, text_height
from kiosk_ui.window import KioskWindow
from locker.contract.failure import Failure
from locker.contract.kiosk import Invitation, Refusal
from locker.contract.vocabulary import Choice, Health, VisitPhase
from tests.unit.kiosk_ui.conftest import Glass
from tests.unit.kiosk_ui.geometry import contrast, faults, pale_texts

SAMPLES = {sample.name: sample for sample in samples()}


def picture(window: KioskWindow) -> Image.Image:
    """Grab the window as a picture of another library, which tells what was really painted."""
    image = QImage(window.size(), QImage.Format.Format_RGB888)
    window.render(image)
    bits = image.constBits()
    assert bits is not None
    bits.setsize(image.sizeInBytes())
    size, step = (image.width(), image.height()), image.bytesPerLine()
    return Image.frombytes("RGB", size, bits.asstring(), "raw", "RGB", step)


def words(glass: Glass) -> str:
    """Join all texts on the glass."""
    return "\n".join(seen.text for seen in seen_texts(glass.window))


def seen_names(glass: Glass) -> list[str]:
    """Give the names of all that can be read or pressed."""
    return [seen.name for seen in seen_texts(glass.window)]


@pytest.mark.sweep
@pytest.mark.untraced
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_page_fits_in_every_variant(glass: Glass, variant: Variant) -> None:
    wrong: dict[str, list[str]] = {}
    judged = variant.language == "zh_CN"  # the colours are the same in both languages
    for sample in SAMPLES.values():
        glass.window.setUpdatesEnabled(False)
        glass.show(variant.of(sample.state), shape=variant.shape)
        assert glass.window.page is sample.page
        found = faults(glass.window)
        glass.window.setUpdatesEnabled(judged)  # painted once, and only for the picture
        found += pale_texts(glass.window, picture(glass.window)) if judged else []
        if found:
            wrong[sample.name] = found
    assert wrong == {}


@pytest.mark.sweep
@pytest.mark.parametrize("variant", [one for one in VARIANTS if one.elder and not one.night])
def test_how_the_cabinet_is_stands_on_one_line(glass: Glass, variant: Variant) -> None:
    """Whatever it says, the page below stays where it was."""
    down, doors = Health.DOWN, tuple(range(13, 25))
    faces: list[dict[str, object]] = [
        {}, {"centre": Health.STARTING}, {"centre": down}, {"scanner": down}, {"board": down},
        {"silent": doors}, {"out_of_order": 1}, {"out_of_order": 12},
    ]  # fmt: skip
    for face in faces:
        said = snapshot(service=OK.model_copy(update=face))
        glass.show(variant.of(state(place=Place.CODE, snapshot=said)), shape=variant.shape)
        status = glass.window.findChild(Label, "status")
        assert status is not None
        height = text_height(status.text(), status.font(), status.width())
        assert height < 2 * status.font().pixelSize(), status.text()


@pytest.mark.sweep
@pytest.mark.parametrize(
    "variant", [variant for variant in VARIANTS if variant.elder and not variant.night],
    ids=lambda variant: variant.name,
)  # fmt: skip
def test_every_refusal_fits_in_large_type(glass: Glass, variant: Variant) -> None:
    wrong: dict[str, list[str]] = {}
    glass.window.setUpdatesEnabled(False)
    for failure in (one for one in Failure if one.value < "BBG-500"):  # the others are elsewhere
        refused = state(snapshot=snapshot(refusal=Refusal(n=1, failure=failure)))
        glass.show(variant.of(refused), shape=variant.shape)
        if found := faults(glass.window):
            wrong[failure] = found
    assert wrong == {}


def test_a_pale_text_is_noticed() -> None:
    paper, pale, ink = (0xFA, 0xF7, 0xF2), (0x90, 0x90, 0x90), (0x1D, 0x21, 0x25)
    written = Image.new("RGB", (100, 40), paper)
    written.paste(pale, (10, 10, 60, 12))
    assert contrast(written) < 4
    written.paste(ink, (10, 20, 60, 22))
    assert round(contrast(written), 1) == 15.2


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_every_page_has_help_and_can_be_left_or_read_in_english_and_large(
    glass: Glass, sample: Sample
) -> None:
    """Help is there in a page's last seconds, too; but not on help itself, nor asleep."""
    glass.show(sample.state)
    names = {seen.name for seen in seen_texts(glass.window) if seen.enabled}
    assert {"stay"} <= names or {"language", "elder"} <= names or sample.page is Page.INVITE
    unhelped = {Page.INVITE, Page.HELP, Page.CALL_BACK}
    nobody_known = sample.state.snapshot is None
    assert ("help" in names) is not (sample.page in unhelped or nobody_known)


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["home", "drop-off"])
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_the_qr_is_read_from_the_screen(glass: Glass, name: str, variant: Variant) -> None:
    glass.show(variant.of(SAMPLES[name].state), shape=variant.shape)
    found = zxingcpp.read_barcodes(picture(glass.window))
    assert [code.text for code in found] == [ADDRESS]


def test_a_rotated_qr_takes_the_old_ones_place(glass: Glass) -> None:
    glass.show(state())
    glass.window.take(SliceCame("invitation", Invitation(qr=ADDRESS + "2")))
    glass.qtbot.waitUntil(lambda: not glass.window.is_making_qr)
    glass.application.processEvents()
    found = zxingcpp.read_barcodes(picture(glass.window))
    assert [code.text for code in found] == [ADDRESS + "2"]


def test_without_the_centre_there_is_no_qr_and_what_works_leads(glass: Glass) -> None:
    glass.show(SAMPLES["home-offline"].state)
    assert zxingcpp.read_barcodes(picture(glass.window)) == []
    assert "取证件照常" in words(glass)


@pytest.mark.parametrize("name", ["home", "invite", "lost-code", "drop-off"])
def test_lying_no_place_is_kept_free_for_a_qr_that_is_not_there(glass: Glass, name: str) -> None:
    glass.show(SAMPLES[f"{name}-offline"].state, shape=Shape.LANDSCAPE)
    assert zxingcpp.read_barcodes(picture(glass.window)) == []
    there = {part.objectName() for part in glass.window.findChildren(QWidget) if part.isVisible()}
    assert there & {"cut-off", "map"}


@pytest.mark.parametrize("shape", Shape)
def test_all_boxes_are_on_four_pages(glass: Glass, shape: Shape) -> None:
    glass.show(SAMPLES["boxes"].state, shape=shape)
    shown = [name for name in seen_names(glass) if name.startswith("box-")]
    for _ in range(3):
        glass.press("rows-after")
        shown += [name for name in seen_names(glass) if name.startswith("box-")]
    assert len(shown) == len(set(shown)) == 24


def test_nobody_is_asked_to_scan_where_the_scanner_is_broken(glass: Glass) -> None:
    for name in ("home-no-scanner", "code-no-scanner"):
        glass.show(SAMPLES[name].state)
        shown = words(glass).replace("微信扫一扫", "").replace("扫码口坏了", "")
        assert "扫" not in shown


def test_a_code_is_typed_with_the_keys_and_masked(glass: Glass) -> None:
    glass.show(state())
    glass.press("collect")
    for digit in "4830":
        glass.press(f"key-{digit}")
    assert "•••0" in words(glass)
    for digit in "1957":
        glass.press(f"key-{digit}")
    assert glass.asked == [Call("code.submit", {"digits": "48301957"})]
    assert "48301957" not in words(glass)


def test_the_pin_shows_no_digit_at_all(glass: Glass) -> None:
    glass.show(SAMPLES["pin"].state)
    glass.press("key-7")
    assert "•••" in words(glass)
    assert "••7" not in words(glass)


@pytest.mark.parametrize(("name", "digits"), [("pin", "123"), ("new-code", "1380013800")])
def test_what_is_too_short_cannot_be_sent(glass: Glass, name: str, digits: str) -> None:
    glass.show(replace(SAMPLES[name].state, digits=digits))
    send = find_widget(glass.window, "key-enter")
    assert send is not None
    assert not send.isEnabled()
    glass.press("key-0")
    assert send.isEnabled()


def test_no_digit_of_a_card_is_readable_and_without_a_reader_no_page_speaks_of_cards(
    glass: Glass,
) -> None:
    glass.show(SAMPLES["card"].state)
    glass.press("key-7")
    assert "•••" in words(glass)
    assert "••7" not in words(glass)
    for with_reader, without in (("code-or-card", "code"), ("home-cards", "home")):
        glass.show(SAMPLES[with_reader].state)
        assert "刷" in words(glass)
        glass.show(SAMPLES[without].state)
        assert "刷" not in words(glass)


def test_language_by_one_touch_keeps_the_page_and_comes_back(glass: Glass) -> None:
    glass.show(state(place=Place.DROP_OFF))
    glass.press("language")
    assert "How to drop off" in words(glass)
    assert glass.window.page is Page.DROP_OFF
    glass.press("language")
    assert "怎么交材料" in words(glass)


def test_the_open_door_is_named_by_number_and_by_place(glass: Glass) -> None:
    glass.show(SAMPLES["open-collect"].state)
    shown = {seen.name: seen.text for seen in seen_texts(glass.window)}
    assert shown["number"] == "6"
    assert shown["map"] == "6"
    assert shown["place"] == "屏幕左边紧挨着的一列，最上面一格"


def test_green_is_on_the_map_only_when_the_door_was_seen_open(glass: Glass) -> None:
    green = (0x0B, 0x5D, 0x3B)
    for phase in (VisitPhase.OPENING, VisitPhase.NOT_OPENED, VisitPhase.LOOK, VisitPhase.OPEN):
        glass.show(state(snapshot=snapshot(visit=visit(phase))))
        body = picture(glass.window).convert("RGB").crop((0, 180, 1080, 1700))
        pixels = body.tobytes()
        has_green = bytes(green) * 20 in pixels
        assert has_green == (phase is VisitPhase.OPEN), phase


def test_who_asks_for_more_time_is_told_so_by_the_button_and_can_ask_again(glass: Glass) -> None:
    shown = SAMPLES["open-collect"].state
    glass.show(shown)
    glass.press("way-stay")
    assert glass.asked == [Call("visit.alive", {"visit": "v1"})]
    assert "好，慢慢来" in words(glass)
    glass.show(replace(shown, stayed_at=NOW - STAYED_SHOWN_S))
    assert "还要用" in words(glass)


def test_a_choice_is_asked_by_a_real_click(glass: Glass) -> None:
    glass.show(SAMPLES["look"].state)
    glass.press("choice-saw_shut")
    assert glass.asked == [Call("visit.choose", {"visit": "v1", "choice": "saw_shut"})]


def test_only_what_the_daemon_offers_can_be_pressed(glass: Glass) -> None:
    offered = visit(VisitPhase.ASK, Choice.CONFIRM)
    glass.show(state(snapshot=snapshot(visit=offered)))
    names = {seen.name for seen in seen_texts(glass.window)}
    assert {name for name in names if name.startswith("choice-")} == {"choice-confirm"}


def test_nobody_is_led_to_an_answer_by_the_buttons_of_the_visit_before(glass: Glass) -> None:
    for name in ("ask-take_out", "ask-maintain"):
        glass.show(SAMPLES[name].state)
    shown = {button.objectName(): button for button in glass.window.findChildren(Button)}
    empty, full = shown["choice-confirm"], shown["choice-nothing"]
    assert empty.isVisible()
    assert full.isVisible()
    assert empty.size() == full.size()


def test_the_list_of_papers_to_take_out_turns_its_pages(glass: Glass) -> None:
    glass.show(SAMPLES["staff"].state)
    glass.press("rows-after")
    glass.press("rows-after")
    glass.press("take-out-22")
    assert glass.asked == [Call("staff.take_out", {"compartment": 22})]


def test_staff_take_back_what_is_overdue_by_a_row_of_the_list(glass: Glass) -> None:
    glass.show(SAMPLES["staff-all"].state)
    glass.press("go-recall")
    glass.press("recall-5")
    assert glass.asked == [Call("staff.recall", {"compartment": 5})]
    assert "控制台" not in words(glass)
    glass.show(SAMPLES["recall-cut"].state)
    assert "断线以后换的新码不知道" in words(glass)


def test_a_badge_sees_only_what_it_may_do(glass: Glass) -> None:
    glass.show(SAMPLES["staff"].state)
    assert not {seen.name for seen in seen_texts(glass.window) if seen.name.startswith("go-")}


def test_a_box_is_chosen_from_the_list_and_put_out_of_service(glass: Glass) -> None:
    glass.show(SAMPLES["boxes"].state)
    glass.press("box-4")
    assert "卡住了" in words(glass)
    assert "取出来带回社区" not in words(glass)
    glass.press("box-service")
    call = Call("staff.service", {"compartment": 4, "in_service": False})
    assert glass.asked == [call]


def test_a_technician_pulses_one_lock_for_a_reason_and_starts_the_glass_anew(glass: Glass) -> None:
    glass.show(SAMPLES["technician-ill"].state)
    assert "✗ 社区网络" in words(glass)
    assert "没送出 1204 条" in words(glass)
    glass.press("go-boxes")
    glass.press("box-3")
    assert "门开着" in words(glass)
    glass.press("pulse-stuck")
    pulse = Call("technician.pulse", {"compartment": 3, "reason": "stuck"})
    glass.show(SAMPLES["technician-ill"].state)
    glass.press("restart-glass")
    assert glass.asked == [pulse, Call(RESTART)]


def test_an_audit_is_begun_gone_through_and_its_report_read(glass: Glass) -> None:
    glass.show(SAMPLES["audit"].state)
    glass.press("audit-all")
    glass.show(SAMPLES["audit-next"].state)
    assert "账上：有东西" in words(glass)
    glass.press("audit-open")
    glass.show(SAMPLES["audit-ask"].state)
    assert "标签" in words(glass)
    glass.press("choice-nothing")
    done = SAMPLES["audit-done"].state
    for begin, going in ((SAMPLES["audit-next"].state, True), (done, False)):
        glass.show(replace(begin, place=Place.HOME))
        assert ("盘点中" in words(glass)) is going
    glass.show(done)
    glass.press("audit-seen")
    assert [call.method for call in glass.asked] == [
        "audit.start", "audit.open", "visit.choose", "audit.stop",
    ]  # fmt: skip


def test_nobody_sees_on_the_home_page_which_doors_are_occupied(glass: Glass) -> None:
    glass.show(state())
    assert "map" not in {seen.name for seen in seen_texts(glass.window)}


def test_a_double_press_does_not_type_on_the_page_that_came_up_under_it(glass: Glass) -> None:
    glass.show(state())
    glass.press("collect")
    glass.now[0] -= 0.9  # so that the second press comes 0.1 s after the first
    glass.press("key-4")
    assert "4" not in glass.window.state.digits
    glass.press("key-4")
    assert "4" in glass.window.state.digits


def test_the_papers_are_lines_and_what_is_missing_is_tapped(glass: Glass) -> None:
    glass.show(SAMPLES["papers"].state)
    glass.press("paper-id_copy")
    assert "没带：身份证件复印件" in words(glass)
    glass.press("walk-in-low")
    asked = {"low_door": True, "matter": "proof0", "missing": ["id_copy"]}
    assert glass.asked == [Call("walk_in.open", asked)]


def test_before_anybody_is_called_help_says_when_somebody_is_there(glass: Glass) -> None:
    def duty(*turns: str) -> str:
        at = tuple(datetime.fromisoformat(turn).timestamp() for turn in turns)
        told = snapshot(bulletin=BULLETIN.model_copy(update={"duty": at}))
        glass.show(state(help_open=True, snapshot=told))
        return next(seen.text for seen in seen_texts(glass.window) if seen.name == "help-duty")

    # the samples' day is 11-25, a Wednesday
    today, morning = "2026-11-25T18:00+08:00", "2026-11-26T08:30+08:00"
    assert duty(today) == "现在有人值班，到 18:00"
    later = duty(morning, "2026-11-26T18:00+08:00")
    assert later == "现在没有人值班，明天 08:30 起有人"
    later = duty("2026-11-27T08:30+08:00", "2026-11-27T18:00+08:00")
    assert later == "现在没有人值班，11 月 27 日 周五 08:30 起有人"
    assert duty() == "值班员在，到 17:30"  # no roster: the hours of the settings


def test_a_demo_that_was_put_forward_says_that_its_time_is_its_own(glass: Glass) -> None:
    for ahead_s, words in ((0.0, "润园社区·帮办柜演示"), (259_200.0, "润园社区·演示时间")):
        shown = snapshot(service=OK.model_copy(update={"ahead_s": ahead_s}))
        face = shown.face.model_copy(update={"demo": True})
        glass.show(state(snapshot=shown.model_copy(update={"face": face})))
        assert {seen.name: seen.text for seen in seen_texts(glass.window)}["community"] == words
    asked: list[float] = []

    def tick(ahead_s: float) -> Tick:
        asked.append(ahead_s)
        return Tick(726)

    glass.window._tick_at = tick
    glass.window._tick()
    assert asked == [259_200.0]


@pytest.mark.parametrize("shape", Shape)
def test_a_band_takes_no_room_from_the_page(glass: Glass, shape: Shape) -> None:
    heights = []
    for name in ("home", "home-call-failed", "home-door-open", "home-help-coming"):
        glass.show(replace(SAMPLES[name].state, elder=True, language="en"), shape=shape)
        shown = {seen.name: seen for seen in seen_texts(glass.window)}
        heights.append(shown["collect"].rect)
        assert ("clock" in shown) == (name == "home")
        assert not faults(glass.window)
    assert len(set(heights)) == 1


def test_an_open_door_is_named_unless_something_is_more_urgent(glass: Glass) -> None:
    doors = SAMPLES["home-door-open"].state
    for failed, words in ((False, "3、18 号门还开着"), (True, "没有办成")):
        glass.show(replace(doors, call_failed=failed))
        shown = {seen.name: seen.text for seen in seen_texts(glass.window)}
        assert words in shown["band-words"]


def test_a_call_that_was_answered_stands_over_the_page_in_place_of_the_clock(glass: Glass) -> None:
    glass.show(SAMPLES["home-help-coming"].state)
    shown = {seen.name: seen.text for seen in seen_texts(glass.window)}
    assert shown["help-told-words"] == "值班员看到了，正在过来"
    assert "clock" not in shown


@pytest.mark.usefixtures("glass")
def test_a_centred_line_that_ends_half_empty_stands_in_the_middle_of_what_is_seen() -> None:
    whole, _ = _laid_out("门关好了", plain_font(40), 400, align=CENTRE)
    half, _ = _laid_out("门关好。", plain_font(40), 400, align=CENTRE)
    left = [text.lineAt(0).naturalTextRect().left() for text in (whole, half)]
    assert round(left[1] - left[0]) == 10


@pytest.mark.usefixtures("glass")
@pytest.mark.parametrize("align", [LEFT, CENTRE, RIGHT])
@pytest.mark.parametrize(
    ("places", "lines"),
    [
        (8, ["有手机没手机", "都能交"]),  # no character alone on the last line
        (17, ["屏幕左边紧挨着的一列，", "从上往下第二格"]),
        (17, ["柜门的电路没有回应，没有开锁。", "您的码还能用。"]),
        (18, ["打电话 0311-5550 0142，", "报这个号：RY01-7（BBG-303）"]),
        (16, ["Door 7 did not open.", "Your code is still good."]),
        (20, ["都拿到了吗？"]),
        # What stands on a button is read whole.
        (9, ["门关好了也按", "“都取出了”，缺什", "么到控制台上记。"]),
    ],
)
def test_a_line_ends_where_a_reader_would_pause(
    places: int, lines: list[str], align: Qt.AlignmentFlag
) -> None:
    font, width = plain_font(40), places * 40 + 10
    text = " ".join(lines) if lines[0].isascii() else "".join(lines)
    layout, height = _laid_out(text, font, width, align=align)
    shown = [layout.lineAt(n) for n in range(layout.lineCount())]
    assert layout.text().split("\u2028") == lines
    assert len(shown) == len(lines)
    assert height == text_height(text, font, width) == 52 * len(lines)
    assert max(line.naturalTextRect().right() for line in shown) <= width


@pytest.mark.usefixtures("glass")
def test_a_word_longer_than_the_line_is_not_broken_and_said_to_be_too_long() -> None:
    word = "bangbangui-diag-check"
    assert not fits(word, plain_font(40), QRect(0, 0, 100, 1_000))


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [(["--help"], 0, "--handbook"), (["OUT", "no-page"], 2, "no page 'no-page'"), ([], 2, "OUT")],
)
def test_who_makes_the_pictures_is_told_how_and_no_folder_is_made(
    words: list[str], code: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        gallery.main(words)
    said = capsys.readouterr()
    assert ended.value.code == code
    assert told in said.out + said.err
    assert not list(tmp_path.iterdir())
