"""Clients of WeChat, SMS and webhook against local servers that check as the real ones do."""

from __future__ import annotations

import hashlib
import logging
import shutil
import socket
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from central.app import from_environment
from central.centre import Centre
from central.provider import alibaba_sms, webhook
from central.provider.alibaba_sms import AlibabaSms
from central.provider.answer import Channel, Message, Outcome
from central.provider.webhook import Webhook
from central.provider.wechat import WeChat
from tests.support.certificate import self_signed
from tests.support.fake_provider import BREAK, FakeAlibaba, FakeReceiver, FakeWeChat, served
from tests.unit.central.conftest import PUBLIC_URL
from tests.unit.central.test_notice_settings import SECRET as SETTINGS_SECRET
from tests.unit.central.test_notice_settings import SMS, written

NOW = 1_800_000_000.0
SECRET = "0123456789abcdef-real"
MESSAGE = Message(
    notice="n1", kind="ready", number="R-12345", phone="+8613800138000", text="【帮办柜】办好了",
    openid="oA", scene=7,
)  # fmt: skip


@pytest.fixture
def tencent() -> Iterator[tuple[WeChat, FakeWeChat]]:
    """WeChat with one consent of one person."""
    fake = FakeWeChat(SECRET, consents={("oA", "7")})
    with served(fake) as url:
        yield WeChat("wx1", SECRET, "tpl", url=url), fake


@pytest.fixture
def alibaba() -> Iterator[tuple[AlibabaSms, FakeAlibaba]]:
    """An SMS account."""
    fake = FakeAlibaba("key-id", SECRET, NOW)
    with served(fake) as url:
        yield AlibabaSms("key-id", SECRET, "润园 社区*~", {"ready": "SMS_1"}, url=url), fake


@pytest.fixture
def receiver() -> Iterator[tuple[Webhook, FakeReceiver]]:
    """A webhook with its receiver."""
    fake = FakeReceiver(SECRET, NOW)
    with served(fake) as url:
        yield Webhook(f"{url}/in", SECRET), fake


Tencent = tuple[WeChat, FakeWeChat]
Alibaba = tuple[AlibabaSms, FakeAlibaba]
Receiver = tuple[Webhook, FakeReceiver]


def outcome(channel: Channel, message: Message = MESSAGE) -> tuple[str, str]:
    answer = channel.send(message, now=NOW)
    return answer.outcome.value, answer.code


def test_wechat_sends_one_message_a_consent(tencent: Tencent) -> None:
    client, fake = tencent
    assert outcome(client) == ("accepted", "0")
    assert fake.delivered[0]["data"]["content"]["value"] == MESSAGE.text
    assert outcome(client) == ("refused", "43101")
    assert fake.tokens == 1


def test_wechat_asks_for_a_token_that_is_over_anew_and_once(tencent: Tencent) -> None:
    client, fake = tencent
    client.send(replace(MESSAGE, openid="oB"), now=NOW)
    fake.end_token()
    assert outcome(client) == ("accepted", "0")
    assert fake.tokens == 2
    client.send(replace(MESSAGE, openid="oB"), now=NOW + 7000)
    assert (fake.tokens, fake.token_asks) == (2, 3), "near its end it is asked for; it is the same"


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (45009, ("later", "45009")),
        (45011, ("later", "45011")),
        (-1, ("later", "-1")),
        (47003, ("refused", "47003")),
        (40003, ("refused", "40003")),
        (40037, ("refused", "40037")),
        (None, ("unknown", "no code")),
        (BREAK, ("unknown", "line broke")),
    ],
)
def test_wechats_codes_mean_what_the_document_says(
    tencent: Tencent, code: int | object | None, wanted: tuple[str, str]
) -> None:
    client, fake = tencent
    fake.scripted = [code]
    assert outcome(client) == wanted


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_refused_twice_is_tried_later(tencent: Tencent, code: int) -> None:
    client, fake = tencent
    fake.scripted = [code, code]
    assert outcome(client)[0] == "later"
    assert fake.delivered == []
    assert fake.forced == 1, "the account gave the refused one again"


def test_a_new_token_is_not_forced_away_from_another_worker(tencent: Tencent) -> None:
    """Forcing ends the token that the other has just been given, and it may be done 20 times."""
    client, fake = tencent
    other = WeChat("wx1", SECRET, "tpl", url=client.url)
    nobody = replace(MESSAGE, openid="oB")
    assert {outcome(one, nobody) for one in (client, other)} == {("refused", "43101")}
    fake.end_token()
    assert {outcome(one, nobody) for one in (client, other)} == {("refused", "43101")}
    assert (fake.tokens, fake.forced) == (2, 0)


@pytest.mark.parametrize("error", [45009, 40164])
def test_without_a_token_nothing_is_sent(tencent: Tencent, error: int) -> None:
    client, fake = tencent
    fake.token_error = error
    answer = client.send(MESSAGE, now=NOW)
    assert (answer.outcome, fake.delivered) == (Outcome.LATER, [])


def test_a_wrong_wechat_secret_sends_nothing(tencent: Tencent) -> None:
    client, _ = tencent
    client.secret = "another"
    assert outcome(client) == ("later", "40125")


def test_wechat_sends_to_nobody_who_did_not_agree(tencent: Tencent) -> None:
    client, _ = tencent
    assert not client.can(replace(MESSAGE, openid=""))
    assert client.ask(MESSAGE, sent_at=NOW, now=NOW) is None


def test_the_page_of_consent_carries_account_scene_and_the_way_back(tencent: Tencent) -> None:
    client, _ = tencent
    url = client.consent_url(scene=7, back_to="https://x.example/wechat/back", state="s.t")
    parts = urllib.parse.urlsplit(url)
    assert (parts.hostname, parts.fragment) == ("mp.weixin.qq.com", "wechat_redirect")
    asked = dict(urllib.parse.parse_qsl(parts.query))
    assert asked == {
        "action": "get_confirm", "appid": "wx1", "scene": "7", "template_id": "tpl",
        "redirect_url": "https://x.example/wechat/back", "reserved": "s.t",
    }  # fmt: skip


def test_the_signature_is_the_one_of_the_providers_document() -> None:
    asked = {
        "RegionId": "cn-shanghai",
        "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    }
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(), "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    }  # fmt: skip
    signed = alibaba_sms.authorization(
        alibaba_sms.canonical_query(asked), headers, key_id="YourAccessKeyId",
        secret="YourAccessKeySecret",
    )  # fmt: skip
    assert signed == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_an_sms_is_signed_and_carries_only_the_number(alibaba: Alibaba) -> None:
    client, fake = alibaba
    answer = client.send(MESSAGE, now=NOW)
    assert (answer.outcome, answer.ticket) == (Outcome.ACCEPTED, "biz-1")
    (sent,) = fake.sent
    assert sent["PhoneNumbers"] == "13800138000"
    assert sent["TemplateParam"] == '{"number": "R-12345"}'
    assert (sent["SignName"], sent["OutId"]) == ("润园 社区*~", "n1")


def test_a_wrong_secret_or_key_sends_nothing(alibaba: Alibaba) -> None:
    client, fake = alibaba
    client.secret = "another secret!!"
    assert outcome(client) == ("later", "SignatureDoesNotMatch")
    client.access_key_id = "nobody"
    assert outcome(client) == ("later", "InvalidAccessKeyId.NotFound")
    assert fake.sent == []


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "later"),
        ("isv.AMOUNT_NOT_ENOUGH", "later"),
        ("Throttling.Api", "later"),
        ("Throttling.User", "later"),
        ("Throttling", "later"),
        ("isv.OUT_OF_SERVICE", "later"),
        ("isp.RAM_PERMISSION_DENY", "later"),
        ("InvalidTimeStamp.Expired", "later"),
        ("isp.SYSTEM_ERROR", "unknown"),
        ("SignatureNonceUsed", "unknown"),
        ((503, {"Code": "ServiceUnavailable"}), "unknown"),
        ((200, {}), "unknown"),
        ("isv.MOBILE_NUMBER_ILLEGAL", "refused"),
        ("isv.SMS_TEMPLATE_ILLEGAL", "refused"),
        (BREAK, "unknown"),
    ],
)
def test_the_codes_of_sms_mean_what_the_document_says(
    alibaba: Alibaba, code: str | object, wanted: str
) -> None:
    client, fake = alibaba
    fake.scripted = [code]
    assert outcome(client)[0] == wanted


def test_the_receipt_tells_what_became_of_an_sms(alibaba: Alibaba) -> None:
    client, fake = alibaba
    assert outcome(client, replace(MESSAGE, notice="n0"))[0] == "accepted"
    assert client.ask(MESSAGE, sent_at=NOW, now=NOW) is None
    fake.scripted = [BREAK]
    assert outcome(client)[0] == "unknown"
    for status, wanted in ((1, "accepted"), (3, "accepted"), (2, "refused")):
        fake.status = status
        receipt = client.ask(MESSAGE, sent_at=NOW, now=NOW)
        assert receipt is not None
        assert receipt.outcome.value == wanted


@pytest.mark.parametrize("ahead_s", [-30, 0, 30], ids=["slow", "right", "fast"])
@pytest.mark.parametrize("shift_s", [-10, 10], ids=["before midnight", "after midnight"])
def test_a_receipt_of_midnight_in_china_is_looked_for_on_both_days(
    alibaba: Alibaba, shift_s: int, ahead_s: int
) -> None:
    """The provider's clock, `ahead_s` of ours, dates the message."""
    client, fake = alibaba
    at = NOW + 8 * 3600 + shift_s
    fake.now, fake.scripted = at + ahead_s, [BREAK]
    assert client.send(MESSAGE, now=at).outcome is Outcome.UNKNOWN
    fake.now += 60
    receipt = client.ask(MESSAGE, sent_at=at, now=at + 60)
    assert receipt is not None
    assert receipt.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("said", [BREAK, "isp.RAM_PERMISSION_DENY"])
def test_a_provider_that_cannot_say_has_not_said_that_there_is_none(
    alibaba: Alibaba, said: str | object
) -> None:
    client, fake = alibaba
    fake.scripted = [said]
    receipt = client.ask(MESSAGE, sent_at=NOW, now=NOW)
    assert receipt is not None
    assert receipt.outcome is Outcome.UNKNOWN


def test_of_other_hours_and_of_tomorrow_no_other_day_is_asked(alibaba: Alibaba) -> None:
    client, fake = alibaba
    evening = NOW + 8 * 3600 - 600
    for sent_at in (NOW, evening):
        fake.now = sent_at + 60
        assert client.ask(MESSAGE, sent_at=sent_at, now=sent_at + 60) is None
    assert fake.asked_days == ["20270115", "20270115"]


def test_one_message_that_did_not_fail_is_enough_where_it_was_sent_twice(alibaba: Alibaba) -> None:
    client, fake = alibaba
    fake.scripted = [BREAK, BREAK]
    assert [outcome(client)[0] for _ in range(2)] == ["unknown"] * 2
    fake.sent[0]["SendStatus"] = "2"
    receipt = client.ask(MESSAGE, sent_at=NOW, now=NOW)
    assert receipt is not None
    assert receipt.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("phone", ["+8631112345678", "+861380013800", "+14155550100", ""])
def test_an_sms_goes_to_mobile_numbers_of_the_mainland_only(alibaba: Alibaba, phone: str) -> None:
    client, _ = alibaba
    assert client.can(MESSAGE)
    assert not client.can(replace(MESSAGE, phone=phone))
    assert not client.can(replace(MESSAGE, kind="no template"))


def test_a_webhook_is_signed_and_an_old_or_changed_call_is_refused(receiver: Receiver) -> None:
    client, fake = receiver
    assert outcome(client) == ("accepted", "200")
    assert fake.held["n1"]["number"] == "R-12345"
    fake.now += 301
    assert outcome(client, replace(MESSAGE, notice="n2")) == ("refused", "403")
    client.secret = "another"
    assert outcome(client) == ("refused", "401")


def test_the_same_notice_twice_is_one_notice(receiver: Receiver) -> None:
    client, fake = receiver
    assert [outcome(client) for _ in range(2)] == [("accepted", "200"), ("accepted", "409")]
    assert len(fake.held) == 1


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (429, ("later", "429")),
        (500, ("unknown", "500")),
        (400, ("refused", "400")),
        (302, ("refused", "302")),
        (BREAK, ("unknown", "line broke")),
    ],
)
def test_a_receivers_status_is_judged(
    receiver: Receiver, status: int | object, wanted: tuple[str, str]
) -> None:
    client, fake = receiver
    fake.scripted = [status]
    assert outcome(client) == wanted


@pytest.mark.parametrize("said", [500, 302, BREAK])
def test_a_receiver_that_cannot_say_has_not_said_that_there_is_none(
    receiver: Receiver, said: int | object
) -> None:
    client, fake = receiver
    fake.scripted = [said]
    receipt = client.ask(MESSAGE, sent_at=NOW, now=NOW)
    assert receipt is not None
    assert receipt.outcome is Outcome.UNKNOWN


def test_a_receiver_is_asked_what_it_holds(receiver: Receiver) -> None:
    client, fake = receiver
    assert client.ask(MESSAGE, sent_at=NOW, now=NOW) is None
    fake.scripted = [BREAK]
    outcome(client)
    assert client.ask(MESSAGE, sent_at=NOW, now=NOW).outcome is Outcome.ACCEPTED  # type: ignore[union-attr]
    fake.has_receipts = False
    assert client.ask(MESSAGE, sent_at=NOW, now=NOW) is None


def test_a_receiver_in_python_may_use_our_check() -> None:
    body, stamp = b"{}", str(int(NOW))
    signed = "v1=" + webhook.sign(SECRET, "n1", stamp, body)
    for changed, good in (({}, True), ({"notice": "n2"}, False), ({"body": b"{ }"}, False),
                          ({"now": NOW + 301}, False), ({"now": NOW - 301}, False),
                          ({"stamp": "x"}, False)):  # fmt: skip
        call = {"notice": "n1", "stamp": stamp, "signature": signed, "body": body, "now": NOW}
        assert webhook.is_genuine(SECRET, **(call | changed)) is good  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [0, 1, 2], ids=["wechat", "sms", "webhook"])
def test_a_provider_that_is_not_there_is_tried_later(kind: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    channels: tuple[Channel, ...] = (
        WeChat("wx1", SECRET, "tpl", url=url),
        AlibabaSms("k", SECRET, "s", {"ready": "SMS_1"}, url=url),
        Webhook(url, SECRET),
    )
    assert channels[kind].send(MESSAGE, now=NOW).outcome is Outcome.LATER


def test_where_no_name_is_found_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_answer(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "no name server")

    monkeypatch.setattr(socket, "getaddrinfo", no_answer)
    assert outcome(Webhook("https://provider.invalid", SECRET)) == ("later", "unreachable")


def test_who_is_somebody_else_by_the_certificate_is_told_nothing(tmp_path: Path) -> None:
    fake = FakeReceiver(SECRET, NOW)
    with served(fake, tls=self_signed(tmp_path)) as url:
        assert outcome(Webhook(url, SECRET)) == ("later", "certificate")
    assert fake.held == {}


def test_no_log_names_a_number_or_a_secret_whatever_is_logged(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """The address of an SMS holds both number and code, and urllib3 writes of addresses."""
    shutil.copy(empty_database, tmp_path / "centre.db")
    fake = FakeAlibaba("k", SETTINGS_SECRET, NOW)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "urllib3")
    with served(fake) as url:
        file = written(tmp_path, SMS.replace("[sms]", f'[sms]\nurl = "{url}"'))
        for name, value in (
            ("DATABASE", f"sqlite:///{tmp_path / 'centre.db'}"), ("DATA", str(tmp_path / "keys")),
            ("PUBLIC_URL", PUBLIC_URL), ("NOTICES", str(file)),
        ):  # fmt: skip
            monkeypatch.setenv(f"BANGBANGUI_CENTRAL_{name}", value)
        centre: Centre = from_environment().state.centre
        centre.database.close()
        (sms,) = centre.notices.channels
        assert outcome(sms) == ("accepted", "OK")
    assert MESSAGE.phone.removeprefix("+86") not in caplog.text


def test_a_limit_is_given_its_time(tencent: Tencent, alibaba: Alibaba, receiver: Receiver) -> None:
    """Each limit is another: so many a day, an hour, a minute."""
    for (client, fake), code, pause_s in (
        (tencent, 45009, 3600), (tencent, 45011, 60), (alibaba, "isv.DAY_LIMIT_CONTROL", 21600),
        (alibaba, "isv.BUSINESS_LIMIT_CONTROL", 3600), (receiver, 429, 60),
    ):  # fmt: skip
        fake.scripted = [code]
        answer = client.send(MESSAGE, now=NOW)
        assert (answer.outcome, answer.code, answer.pause_s) == (Outcome.LATER, str(code), pause_s)
