"""The settings of notices: checked word by word, secrets from shut files only."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.notice_settings import Budget, Quiet, read
from central.settings import SettingsError

SECRET = "k7Qz0pWm3Xv9Ls2D"
WECHAT = '[wechat]\napp_id = "wx1"\nsecret_file = "{file}"\ntemplate_id = "t"\n'
SMS = (
    '[sms]\naccess_key_id = "k"\nsecret_file = "{file}"\nsign_name = "润园社区"\n'
    '[sms.templates]\nready = "SMS_1"\n'
)
WEBHOOK = '[webhook]\nurl = "https://x.example/in"\nsecret_file = "{file}"\n'


def written(folder: Path, text: str, secret: str = SECRET, mode: int = 0o600) -> Path:
    file = folder / "secret"
    file.write_text(secret + "\n", "utf-8")
    file.chmod(mode)
    path = folder / "notices.toml"
    path.write_text(text.replace("{file}", str(file)), "utf-8")
    return path


def test_without_a_file_there_is_no_way_but_a_person() -> None:
    assert read(None).channels == ()


def test_every_way_is_set_up_in_the_order_they_are_tried(tmp_path: Path) -> None:
    found = read(written(tmp_path, 'quiet = ["22:30", "07:00"]\n' + WEBHOOK + SMS + WECHAT))
    assert [way.name for way in found.channels] == ["wechat", "sms", "webhook"]
    assert found.quiet == Quiet(22 * 60 + 30, 7 * 60)
    assert read(written(tmp_path, SMS + "[sms.codes]\nday = 9\n")).budget == Budget(day=9)
    assert found.wechat is not None
    assert found.wechat.secret == SECRET
    assert (found.identity, found.proof) == (None, None)


def test_wechat_tells_who_somebody_is_only_where_that_is_set(tmp_path: Path) -> None:
    found = read(written(tmp_path, WECHAT + "identity = true\n"))
    assert found.identity is found.wechat is not None


@pytest.mark.parametrize(
    "secret", ["", "changeme", "password", "short", "aaaaaaaaaaaaaaaaaaaa", "PASSWORD"]
)
def test_a_default_or_short_secret_is_refused_and_not_repeated(tmp_path: Path, secret: str) -> None:
    with pytest.raises(SettingsError, match="no real secret") as refused:
        read(written(tmp_path, WECHAT, secret))
    assert not secret or secret not in str(refused.value).replace("secret", "").replace("short", "")


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="chmod 600"):
        read(written(tmp_path, SMS, mode=0o640))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WECHAT + 'secret = "in the file"\n', "wechat.secret is unknown"),
        ('[wechat]\napp_id = "wx1"\n', "secret_file is missing"),
        (WEBHOOK.replace("https", "http"), "must be https"),
        (WEBHOOK.replace("https://x.example/in", "ftp://x"), "must be https"),
        (WEBHOOK.replace("https://x.example/in", "https:///in"), "must be https"),
        (SMS.replace('ready = "SMS_1"', "ready = 1"), "templates must name"),
        (SMS + "[sms.codes]\nhour = 0\n", "sms.codes.hour must be a number"),
        (SMS + "[sms.codes]\nweek = 9\n", "sms.codes.week is unknown"),
        ('quiet = ["25:00", "08:00"]\n', "quiet has"),
        ('quiet = "21:00"\n', "two times"),
        (WECHAT + 'identity = "yes"\n', "wechat.identity must be true or false"),
        ("[fax]\n", "unknown fax"),
        ("not toml", "notices.toml"),
        ('[webhook]\nurl = "https://x.example"\nsecret_file = "/nowhere"\n', "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml"):
        read(tmp_path / "none.toml")
