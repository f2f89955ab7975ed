"""WeChat by a service account: one-time subscription messages, and who somebody is.

The resident opens `consent_url` inside WeChat and agrees; WeChat sends the browser back with the
openid, and one message may be sent under that scene. Documented by Tencent at
developers.weixin.qq.com, "一次性订阅消息" and "获取稳定版接口调用凭据":

  GET  mp.weixin.qq.com/mp/subscribemsg?action=get_confirm&appid&scene&template_id&redirect_url&…
  POST /cgi-bin/stable_token               {grant_type, appid, secret, force_refresh} -> token
  POST /cgi-bin/message/template/subscribe {touser, template_id, scene, title, data} -> errcode

Error codes: 40001, 40014, 42001 token wrong or over (asked for anew, once); 43101 the person took
the consent back or it is used up; 45009, 45011 too many calls; 47003 a field does not fit the
template; -1 busy. There is no way to ask what became of a message. Several workers share the one
token of the account: forcing a new one ends everybody's, so it is forced only where the account
still gives the one that was refused (20 times a day at most).

Who somebody is ("网页授权", scope snsapi_base): the browser goes to `authorize_url` and comes back
with a code that is good once and for five minutes; the code gives the openid and nothing else:

  GET  open.weixin.qq.com/connect/oauth2/authorize?appid&redirect_uri&response_type&scope&state
  GET  /sns/oauth2/access_token?appid&secret&code&grant_type -> openid, is_snapshotuser | errcode

The parameters of the first stand in exactly this order; `state` is letters and digits, 128 at most.
40029 wrong code, 40163 used code, 41008 none; `is_snapshotuser` 1: the page is shown as a snapshot,
and its openid is nobody's.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests

from central.provider.answer import TIMEOUT_S, Answer, Message, Outcome, unknown_or_later

API_URL = "https://api.weixin.qq.com"
CONSENT_URL = "https://mp.weixin.qq.com/mp/subscribemsg"
AUTHORIZE_URL = "https://open.weixin.qq.com/connect/oauth2/authorize"
SCENES = 10_000
_TOKEN_CODES = frozenset({40001, 40014, 42001})
_LATER_S = {45009: 3600.0, 45011: 60.0, -1: 60.0}
_EARLY_S = 300.0
_TITLE = {"zh_CN": "帮办柜", "en": "Bangbangui"}


@dataclass(slots=True)
class WeChat:
    """One service account. Keeps its access token in memory until shortly before it is over."""

    app_id: str
    secret: str
    template_id: str
    url: str = API_URL
    identity: bool = False
    """Whether residents may say by it who they are."""
    name: str = "wechat"
    _token: str = ""
    _good_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def consent_url(self, *, scene: int, back_to: str, state: str) -> str:
        """Give the page of WeChat that asks the resident for one message."""
        asked = {
            "action": "get_confirm", "appid": self.app_id, "scene": scene,
            "template_id": self.template_id, "redirect_url": back_to, "reserved": state,
        }  # fmt: skip
        return f"{CONSENT_URL}?{urlencode(asked)}#wechat_redirect"

    def authorize_url(self, *, back_to: str, state: str) -> str:
        """Give the page of WeChat that sends the browser back with a code."""
        asked = {
            "appid": self.app_id, "redirect_uri": back_to, "response_type": "code",
            "scope": "snsapi_base", "state": state,
        }  # fmt: skip
        return f"{AUTHORIZE_URL}?{urlencode(asked)}#wechat_redirect"

    def openid(self, code: str) -> str | Answer:
        """Give whose code this is, or what WeChat said instead."""
        asked = {
            "appid": self.app_id, "secret": self.secret, "code": code,
            "grant_type": "authorization_code",
        }  # fmt: skip
        try:
            # The error itself holds the whole address with the secret: it goes nowhere.
            got = requests.get(f"{self.url}/sns/oauth2/access_token", asked, timeout=TIMEOUT_S)
            answer = _object(got)
        except requests.RequestException as error:
            return unknown_or_later(error)
        except ValueError:
            return Answer(Outcome.UNKNOWN, code="no JSON")
        if answer.get("is_snapshotuser"):
            return Answer(Outcome.REFUSED, code="snapshot")
        return str(answer.get("openid", "")) or _judge(answer)

    def can(self, message: Message) -> bool:
        """A message goes only to who agreed to one."""
        return bool(message.openid)

    def send(self, message: Message, *, now: float) -> Answer:
        """Send; a token that is over is asked for anew once."""
        body = {
            "touser": message.openid, "template_id": self.template_id, "scene": str(message.scene),
            "title": _TITLE[message.language], "data": {"content": {"value": message.text}},
        }  # fmt: skip
        refused = ""
        for _ in range(2):
            token = self._access_token(now=now, refused=refused)
            if isinstance(token, Answer):
                return token
            path = f"/cgi-bin/message/template/subscribe?access_token={token}"
            try:
                answer = self._post(path, body)
            except requests.RequestException as error:
                return unknown_or_later(error)
            except ValueError:
                return Answer(Outcome.UNKNOWN, code="no JSON")
            if answer.get("errcode") not in _TOKEN_CODES:
                return _judge(answer)
            refused = token
        return Answer(Outcome.LATER, code="token", pause_s=600.0)

    def ask(self, message: Message, *, sent_at: float, now: float) -> Answer | None:  # noqa: ARG002
        """WeChat tells nobody what became of a message."""
        return None

    def _access_token(self, *, now: float, refused: str) -> str | Answer:
        """Give the account's token: another than `refused`, forced only where it must be."""
        with self._lock:
            if self._token != refused and now < self._good_until:
                return self._token
            answer = self._fetch_token(force=False)
            if not isinstance(answer, Answer) and answer["access_token"] == refused:
                answer = self._fetch_token(force=True)
            if isinstance(answer, Answer):
                return answer
            self._token = str(answer["access_token"])
            self._good_until = now + float(answer["expires_in"]) - _EARLY_S
            return self._token

    def _fetch_token(self, *, force: bool) -> dict[str, Any] | Answer:
        body = {
            "grant_type": "client_credential", "appid": self.app_id, "secret": self.secret,
            "force_refresh": force,
        }  # fmt: skip
        try:
            answer = self._post("/cgi-bin/stable_token", body)
        except (requests.RequestException, ValueError):
            return Answer(Outcome.LATER, code="token", pause_s=60.0)
        if "access_token" in answer:
            return answer
        code = int(answer.get("errcode", 0))
        return Answer(Outcome.LATER, str(code), pause_s=_LATER_S.get(code, 600.0))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(self.url + path, json=body, timeout=TIMEOUT_S)
        return _object(answer)


def _object(answer: requests.Response) -> dict[str, Any]:
    """Read an answer. Raises RequestException, or ValueError where it is no JSON object."""
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("JSON, and no object")  # noqa: TRY004 - as a text that is no JSON
    return found


def _judge(answer: dict[str, Any]) -> Answer:
    match answer.get("errcode"):
        case 0:
            return Answer(Outcome.ACCEPTED, code="0")
        case int(code) if code in _LATER_S:
            return Answer(Outcome.LATER, str(code), pause_s=_LATER_S[code])
        case int(code):
            return Answer(Outcome.REFUSED, str(code))
        case _:
            return Answer(Outcome.UNKNOWN, code="no code")
