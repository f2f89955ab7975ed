"""What is heard: what belongs to each page, never a digit of a code, quieter at night."""

from __future__ import annotations

import io
import json
import sys
import wave
from array import array
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QProcess
from PyQt6.QtTextToSpeech import QTextToSpeech
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from kiosk_ui.command import app as kiosk_app
from kiosk_ui.command import is_own_jack
from kiosk_ui.samples import NOW, Sample, default_layout, samples, snapshot, state, visit
from kiosk_ui.touch import Place
from kiosk_ui.view_state import ViewState
from kiosk_ui.voice.chime import chime_wav, scaled_wav
from kiosk_ui.voice.command import app
from kiosk_ui.voice.cue import Chime, Cue, cue_of, loudness
from kiosk_ui.voice.recording import State, recordings, tell_of_old_words
from kiosk_ui.voice.speaker import Fitted, Speaker, find_player
from kiosk_ui.voice.speech import Sentence, say
from locker.contract.kiosk import Offer
from locker.contract.text import LANGUAGES, Catalogue
from locker.contract.vocabulary import Choice, Purpose, SlipState, VisitPhase

HOME = state()
KEEP = (
    "import sys,os;"
    "n=len(os.listdir(sys.argv[1]));"
    "open(os.path.join(sys.argv[1],f'{n:02}'),'wb').write(sys.stdin.buffer.read())"
)


def at_door(phase: VisitPhase, purpose: Purpose = Purpose.COLLECT) -> ViewState:
    return state(snapshot=snapshot(visit=visit(phase, purpose=purpose)))


def loudest(wav: bytes) -> int:
    with wave.open(io.BytesIO(wav)) as read:
        samples: array[int] = array("h", read.readframes(read.getnframes()))
    return max(abs(sample) for sample in samples)


def test_the_door_is_said_by_number_when_it_was_seen_open() -> None:
    cue = cue_of(at_door(VisitPhase.OPENING), at_door(VisitPhase.OPEN))
    assert cue == Cue(Chime.OPEN, "opened_collect", 7)


def test_a_door_that_was_shut_has_a_chime_of_its_own() -> None:
    cue = cue_of(at_door(VisitPhase.OPEN), at_door(VisitPhase.ASK))
    assert cue == Cue(Chime.SHUT, "ask_collect", None)


def test_staff_who_load_twenty_hear_the_chimes_and_no_speeches() -> None:
    load = Purpose.LOAD
    assert cue_of(at_door(VisitPhase.OPEN, load), at_door(VisitPhase.ASK, load)) == Cue(Chime.SHUT)


def test_the_last_seconds_are_announced_by_sound_once() -> None:
    begin = state(place=Place.CODE)
    late = replace(begin, now=NOW + 41)
    assert cue_of(begin, late) == Cue(Chime.WARN, "warning")
    assert cue_of(late, replace(late, now=NOW + 42)) is None


@pytest.mark.parametrize(("minute", "said"), [(21 * 60, True), (22 * 60, False), (60, False)])
def test_a_door_that_stays_open_is_spoken_of_by_day_only(*, minute: int, said: bool) -> None:
    door = snapshot(visit=visit(VisitPhase.OPEN, Choice.LEAVE, door_open=True))
    before = state(snapshot=door, open_at=NOW - 29, minute_of_day=minute)
    after = replace(before, now=NOW + 2)
    heard = cue_of(before, after)
    assert (heard is not None) is said
    if heard is not None:
        assert (heard.sentence, heard.door, heard.chime) == ("still_open", 7, None)
    assert cue_of(after, replace(after, now=NOW + 3)) is None


def test_a_key_clicks_and_its_digit_is_for_headphones_alone() -> None:
    begin = state(place=Place.CODE)
    assert cue_of(begin, replace(begin, digits="4")) == Cue(Chime.KEY, digit="4")
    number = state(place=Place.NEW_CODE, digits="138")
    assert cue_of(number, replace(number, digits="1380")) == Cue(Chime.KEY, digit="0")


def test_a_digit_that_is_never_readable_is_said_nowhere() -> None:
    unseen = [one.state for one in samples() if one.name in {"pin", "card", "last-four-phone"}]
    assert len(unseen) == 3
    for typed in unseen:
        begin = replace(typed, digits="1")
        assert cue_of(begin, replace(begin, digits="12")) == Cue(Chime.KEY)


def test_a_slip_is_spoken_of_when_it_is_out() -> None:
    def offered(slip: SlipState) -> ViewState:
        return state(snapshot=snapshot(offer=Offer(number="W1", code="12345678", slip=slip)))

    assert cue_of(HOME, offered(SlipState.PRINTING)) is None
    printed = cue_of(offered(SlipState.PRINTING), offered(SlipState.PRINTED))
    assert printed == Cue(None, "slip_printed")
    assert cue_of(offered(SlipState.PRINTING), offered(SlipState.NO_PAPER)) == Cue(
        None, "note_number"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)
def test_whatever_is_said_has_words_and_holds_no_digit_of_a_code(
    sample: Sample, language: str
) -> None:
    text = Catalogue.load("kiosk_ui", "voice", language)
    cue = cue_of(HOME, sample.state)
    if cue is not None and cue.sentence:
        assert not any(sign.isdigit() for sign in text(cue.sentence))


def test_it_is_quieter_in_the_evening_and_hardly_heard_at_night() -> None:
    noon, evening, night = (loudness(60 * hour) for hour in (12, 21, 2))
    assert noon > evening > night > 0
    loud = chime_wav(Chime.OPEN, loudness=noon)
    assert loudest(loud) > 2 * loudest(chime_wav(Chime.OPEN, loudness=night))
    assert loudest(scaled_wav(loud, loudness=0.5)) == pytest.approx(loudest(loud) / 2, abs=2)


def spoken(folder: Path, qtbot: QtBot, count: int) -> list[bytes]:
    qtbot.waitUntil(lambda: len(list(folder.iterdir())) >= count, timeout=10_000)
    qtbot.wait(100)
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def test_chime_door_and_sentence_are_played_one_after_another(tmp_path: Path, qtbot: QtBot) -> None:
    recordings, heard = tmp_path / "voice", tmp_path / "heard"
    recordings.mkdir()
    heard.mkdir()
    for n, key in enumerate(("door_7", "opened_collect")):
        wav = scaled_wav(chime_wav(Chime.KEY, loudness=1), loudness=0.1 * (n + 1))
        (recordings / f"{key}.zh_CN.wav").write_bytes(wav)
    speaker = Speaker(Fitted((sys.executable, "-c", KEEP, str(heard)), recordings))
    assert not speaker.silent
    speaker.hear(at_door(VisitPhase.OPENING), at_door(VisitPhase.OPEN))
    chime, door, sentence = spoken(heard, qtbot, 3)
    assert chime == chime_wav(Chime.OPEN, loudness=loudness(726))
    assert 0 < loudest(door) < loudest(sentence)
    speaker.stop()


def test_a_digit_is_heard_in_the_headphones_and_not_from_the_loudspeaker(
    tmp_path: Path, qtbot: QtBot
) -> None:
    recordings, loud, private = (tmp_path / name for name in ("voice", "loud", "private"))
    for folder in (recordings, loud, private):
        folder.mkdir()
    spoken_4 = scaled_wav(chime_wav(Chime.OPEN, loudness=1), loudness=0.5)
    (recordings / "digit_4.zh_CN.wav").write_bytes(spoken_4)
    (recordings / "code.zh_CN.wav").write_bytes(spoken_4)
    keep = (sys.executable, "-c", KEEP)
    speaker = Speaker(Fitted((*keep, str(loud)), recordings, headphones=(*keep, str(private))))
    night = state(place=Place.CODE, minute_of_day=120)
    speaker.hear(replace(HOME, minute_of_day=120), night)
    (sentence,) = spoken(private, qtbot, 1)
    (quiet,) = spoken(loud, qtbot, 1)
    assert loudest(sentence) > 3 * loudest(quiet)
    speaker.hear(night, replace(night, digits="4"))
    assert spoken(private, qtbot, 2)[1] == scaled_wav(spoken_4, loudness=0.9)
    assert spoken(loud, qtbot, 2)[1] == chime_wav(Chime.KEY, loudness=loudness(120))
    speaker.stop()


@pytest.mark.parametrize(
    "device", ["default", "sysdefault:CARD=PCH", "plughw:0,0", "hw:0", "plughw", "plug:dmix"]
)
def test_headphones_that_are_the_loudspeaker_are_refused(device: str) -> None:
    words = ["--socket", "/no/socket", "--headphones", device]
    refused = CliRunner().invoke(kiosk_app, words)
    assert refused.exit_code == 2
    assert "--headphones" in refused.output


def test_headphones_at_a_card_that_is_named_or_not_the_first_are_taken() -> None:
    assert all(map(is_own_jack, ("plughw:CARD=Device,DEV=0", "plughw:1,0", "hw:CARD=Device")))


def test_a_folder_with_no_recording_in_it_speaks_to_nobody(tmp_path: Path) -> None:
    assert Speaker(Fitted(("aplay", "-q", "-"), tmp_path)).silent
    assert Speaker(Fitted(("aplay", "-q", "-"), tmp_path / "not made yet")).silent


@pytest.mark.qt_log_ignore("pipewire-0.3")
def test_a_sentence_is_said_in_its_language_and_as_loud_as_the_hour_allows(qtbot: QtBot) -> None:
    speech = QTextToSpeech("mock")
    states: list[object] = []
    speech.stateChanged.connect(states.append)
    say(speech, Sentence("The door is open.", "en", 0.25))
    qtbot.waitUntil(lambda: bool(states), timeout=5_000)
    assert speech.volume() == pytest.approx(0.25, abs=0.01)
    speech.stop()


@pytest.mark.qt_log_ignore("pipewire-0.3")
@pytest.mark.logs_may_warn("does not speak zh_CN")
def test_an_engine_that_knows_no_chinese_is_silent_rather_than_foreign(qtbot: QtBot) -> None:
    speech = QTextToSpeech("mock")
    states: list[object] = []
    speech.stateChanged.connect(states.append)
    say(speech, Sentence("门开了。", "zh_CN", 1.0))
    qtbot.wait(200)
    assert states == []


SPEAKER = (
    "import sys,time;time.sleep(float(sys.argv[1]));print('ready',flush=True);"
    "open(sys.argv[2],'wb').write(sys.stdin.buffer.readline())"
)


@pytest.mark.logs_may_warn("the process that speaks has ended")
def test_speech_fills_the_gap_where_a_recording_is_missing_once_there_is_a_voice(
    tmp_path: Path, qtbot: QtBot
) -> None:
    said = tmp_path / "said"
    speaker = Speaker(Fitted(speech=(sys.executable, "-c", SPEAKER, "0", str(said))))
    heard: list[bool] = []
    speaker.silence_changed.connect(lambda: heard.append(speaker.silent))
    with qtbot.waitSignal(speaker.silence_changed, timeout=10_000):
        assert speaker.silent  # nobody has spoken yet: the glass says more
    opened = replace(at_door(VisitPhase.OPEN), language="en")
    with qtbot.waitSignal(speaker.silence_changed, timeout=10_000):
        speaker.hear(at_door(VisitPhase.OPENING), opened)
    told = Sentence(**json.loads(said.read_bytes()))
    assert (told.language, told.loud) == ("en", loudness(726))
    assert told.text.startswith("Door 7. It is open.")
    assert heard[0] is False
    assert heard[-1] is True  # the process has ended: the glass says more again
    speaker.stop()


MORTAL = (
    "import pathlib,sys;runs=pathlib.Path(sys.argv[1]);"
    "n=len(runs.read_text()) if runs.exists() else 0;runs.write_text('x'*(n+1));"
    "print('ready' if n==1 else 'no such engine',flush=True);n==1 and sys.stdin.readline()"
)
"""Refuses at first, speaks the second time, until a sentence comes; then refuses."""


@pytest.mark.logs_may_warn("the process that speaks has ended")
def test_speech_that_ends_is_started_again_later_each_time_and_not_for_ever(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("kiosk_ui.voice.speaker.AGAIN_S", (0, 0.05, 0.1))
    speech = (sys.executable, "-c", MORTAL, str(tmp_path / "runs"))
    speaker = Speaker(Fitted(speech=speech))
    qtbot.waitUntil(lambda: not speaker.silent, timeout=10_000)
    speaker.hear(at_door(VisitPhase.OPENING), at_door(VisitPhase.OPEN))
    qtbot.waitUntil(lambda: "given up" in caplog.text, timeout=10_000)
    ended = "voice: the process that speaks has ended: "
    assert caplog.messages == [
        f"{ended}no such engine; again in 0 s",
        f"{ended}exit code 0; again in 0 s",
        f"{ended}no such engine; again in 0 s",
        f"{ended}no such engine; given up",
    ]
    assert speaker.silent
    speaker.stop()


@pytest.mark.logs_may_warn("the process that speaks has ended")
def test_speech_that_cannot_be_started_says_so_in_one_line(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    speaker = Speaker(Fitted(speech=("/no/such/speech",)))
    with qtbot.waitSignal(speaker.silence_changed, timeout=10_000):
        pass
    assert [line.split(";")[1] for line in caplog.messages] == [" again in 1 s"]
    speaker.stop()


DEAF = "import os,sys,time;os.close(0);print('ready',flush=True);time.sleep(60)"


@pytest.mark.logs_may_warn("the process that speaks has ended")
def test_a_pipe_that_broke_is_no_end_of_the_process_behind_it(qtbot: QtBot) -> None:
    speaker = Speaker(Fitted(speech=(sys.executable, "-c", DEAF)))
    qtbot.waitUntil(lambda: not speaker.silent, timeout=10_000)
    process = speaker._speech
    assert process is not None
    with qtbot.waitSignal(process.errorOccurred, timeout=10_000):
        speaker.hear(at_door(VisitPhase.OPENING), at_door(VisitPhase.OPEN))
    assert speaker._speech is process
    assert process.state() is QProcess.ProcessState.Running
    speaker.stop()


@pytest.mark.logs_may_warn("the process that speaks has ended")
def test_an_engine_that_never_comes_up_holds_nothing_up_and_is_ended(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("kiosk_ui.voice.speaker.READY_S", 0.2)
    speaker = Speaker(Fitted(speech=(sys.executable, "-c", SPEAKER, "600", str(tmp_path / "no"))))
    speaker.hear(at_door(VisitPhase.OPENING), at_door(VisitPhase.OPEN))
    assert speaker.silent
    qtbot.waitUntil(lambda: "not ready within 0.2 s; again in 1 s" in caplog.text, timeout=10_000)
    speaker.stop()


@pytest.mark.needs_sound
def test_the_chime_goes_through_alsa_and_can_be_heard(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = tmp_path / "heard.wav"
    device = f'type file\nslave.pcm "null"\nfile "{heard}"\nformat "wav"'
    (tmp_path / ".asoundrc").write_text(f"pcm.!default {{\n{device}\n}}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    speaker = Speaker(Fitted(("aplay", "-q", "-")))
    speaker.hear(at_door(VisitPhase.OPENING), at_door(VisitPhase.OPEN))
    qtbot.waitUntil(lambda: heard.exists() and not speaker._player.is_playing, timeout=10_000)
    sound = heard.read_bytes()
    assert loudest(sound) > 3_000
    with wave.open(str(heard)) as read:
        assert (read.getframerate(), read.getnchannels()) == (22_050, 1)
    speaker.stop()


def test_without_anything_fitted_nothing_is_played_and_the_glass_is_told() -> None:
    assert find_player("none") == ()
    speaker = Speaker(Fitted(find_player("none")))
    assert speaker.silent
    speaker.hear(at_door(VisitPhase.OPENING), at_door(VisitPhase.OPEN))
    speaker.stop()


def test_a_player_that_is_not_there_harms_nothing(qtbot: QtBot) -> None:
    speaker = Speaker(Fitted(("/no/such/player",)))
    speaker.hear(at_door(VisitPhase.OPENING), at_door(VisitPhase.OPEN))
    qtbot.wait(200)
    speaker.hear(at_door(VisitPhase.OPEN), at_door(VisitPhase.ASK))
    qtbot.wait(200)
    speaker.stop()


def test_both_languages_say_the_same_things() -> None:
    chinese, english = (Catalogue.load("kiosk_ui", "voice", language) for language in LANGUAGES)
    assert chinese.keys == english.keys


RECORDER = (
    f"{sys.executable} -c \"import sys,wave;w=wave.open(sys.argv[1],'wb');"
    "w.setnchannels(1);w.setsampwidth(2);w.setframerate(22050);w.writeframes(b'aa'*99);w.close()\""
)


def test_recording_walks_through_what_is_missing_and_keeps_what_was_kept(tmp_path: Path) -> None:
    doors = [cell.number for cell in default_layout().cells]
    todo = recordings(tmp_path, "zh_CN", doors)
    words = ["record", "--recordings", str(tmp_path), "--recorder", RECORDER, "--player", "true"]
    answers = "\ny\n" + "\nn\n\ny\n" + "s\n" + "q\n"
    done = CliRunner().invoke(app, words, input=answers)
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(f"{one.key}.zh_CN.{kind}" for one in todo[:2] for kind in ("txt", "wav"))
    listed = CliRunner().invoke(app, ["list", "--recordings", str(tmp_path)])
    assert f"2 of {len(todo)} recorded" in listed.output
    again = CliRunner().invoke(app, words, input="q\n")
    assert f"1/{len(todo) - 2}" in again.output


@pytest.mark.logs_may_warn("other words")
def test_a_recording_of_other_words_is_noticed_and_recorded_anew_or_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    changed, unsure = recordings(tmp_path, "zh_CN", [])[:2]
    for one in (changed, unsure):
        one.path.write_bytes(chime_wav(Chime.KEY, loudness=1))
    changed.path.with_suffix(".txt").write_text("开了，请取出证件。\n", "utf-8")
    assert (changed.state(), unsure.state()) == (State.OLD_WORDS, State.UNSURE)
    tell_of_old_words(tmp_path)
    assert f"{changed.path.name}, {unsure.path.name}" in caplog.text
    listed = CliRunner().invoke(app, ["list", "--recordings", str(tmp_path)]).output
    assert "开了，请取出证件。" in listed
    assert "0 of" in listed
    words = ["record", "--recordings", str(tmp_path), "--recorder", RECORDER, "--player", "true"]
    walked = CliRunner().invoke(app, words, input="\ny\n" + "k\n" + "q\n").output
    assert "照老话录的" in walked
    assert (changed.state(), unsure.state()) == (State.RECORDED, State.RECORDED)


def test_a_microphone_that_is_not_there_is_said(tmp_path: Path) -> None:
    words = ["record", "--recordings", str(tmp_path), "--recorder", "/no/arecord"]
    done = CliRunner().invoke(app, words, input="\nq\n")
    assert "没有录到声音" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = CliRunner().invoke(app, ["record", "--recordings", str(tmp_path / "file" / "in it")])
    assert done.exit_code == 1
    assert "sudo" in done.output


def test_choices_are_not_said_twice() -> None:
    asked = state(snapshot=snapshot(visit=visit(VisitPhase.ASK, Choice.CONFIRM)))
    assert cue_of(asked, replace(asked, waiting=True)) is None
