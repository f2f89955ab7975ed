"""SMS by Alibaba Cloud (短信服务, Dysmsapi 2017-05-25), called by its signature V3.

Documented at help.aliyun.com, "V3 版本请求体&签名机制", "SendSms" and "QuerySendDetails": every
parameter is percent-encoded (RFC 3986) and sorted; method, path, query, the headers that are
signed and the body's SHA-256 are one text, whose SHA-256 is signed with HMAC-SHA256. The signature
before it, V2 with HMAC-SHA1, is given up by its provider. A call is taken for 15 minutes after its
`x-acs-date`. `OutId` carries our own number, by which QuerySendDetails finds the message again; the
document does not say how soon.

SendStatus of a message: 1 waits for the operator's receipt, 2 failed, 3 received.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from central.provider.answer import TIMEOUT_S, Answer, Message, Outcome, unknown_or_later

API_URL = "https://dysmsapi.aliyuncs.com"
_VERSION = "2017-05-25"
_ALGORITHM = "ACS3-HMAC-SHA256"
_NO_BODY = hashlib.sha256(b"").hexdigest()
_CHINA = "+86"
_CHINA_S = 8 * 3600
_TAKEN_FOR_S = 15 * 60
_FAILED = 2
_LATER_S = {
    "isv.BUSINESS_LIMIT_CONTROL": 3600.0,
    "isv.DAY_LIMIT_CONTROL": 6 * 3600.0,
    "isv.AMOUNT_NOT_ENOUGH": 3600.0,
    "isv.OUT_OF_SERVICE": 3600.0,
    "isp.RAM_PERMISSION_DENY": 3600.0,
    "Throttling": 60.0,
    "Throttling.User": 60.0,
    "Throttling.Api": 60.0,
    "SignatureDoesNotMatch": 3600.0,
    "InvalidAccessKeyId.NotFound": 3600.0,
    "InvalidTimeStamp.Expired": 60.0,
}
"""What may work later. Everything else is refused for good: a wrong number, a wrong template."""
_NOBODY_KNOWS = frozenset({"", "isp.SYSTEM_ERROR", "SignatureNonceUsed"})
"""The provider's own fault, as an answer of status 5xx is, or this very call came twice, by a proxy
on its way: the message may have gone, so its receipt is asked for.
"""


@dataclass(slots=True)
class AlibabaSms:
    """One account. `templates`: the approved template of each kind of notice."""

    access_key_id: str
    secret: str
    sign_name: str
    templates: Mapping[str, str]
    url: str = API_URL
    name: str = "sms"

    def can(self, message: Message) -> bool:
        """Only mobile numbers of the mainland, and kinds with an approved template."""
        mobile = message.phone.startswith(f"{_CHINA}1") and len(message.phone) == 14
        return mobile and message.kind in self.templates

    def send(self, message: Message, *, now: float) -> Answer:
        """Hand the message over."""
        asked = {
            "PhoneNumbers": message.phone.removeprefix(_CHINA),
            "SignName": self.sign_name,
            "TemplateCode": self.templates[message.kind],
            "TemplateParam": json.dumps(
                {
                    name: value
                    for name, value in (("number", message.number), ("code", message.code))
                    if value
                }
            ),
            "OutId": message.notice,
        }
        try:
            answer = self._call("SendSms", asked, now=now)
        except requests.RequestException as error:
            return unknown_or_later(error)
        except ValueError:
            return Answer(Outcome.UNKNOWN, code="no JSON")
        code = str(answer.get("Code", ""))
        if code == "OK":
            return Answer(Outcome.ACCEPTED, code, ticket=str(answer.get("BizId", "")))
        if code in _LATER_S:
            return Answer(Outcome.LATER, code, pause_s=_LATER_S[code])
        if code in _NOBODY_KNOWS:
            return Answer(Outcome.UNKNOWN, code or "no code")
        return Answer(Outcome.REFUSED, code)

    def ask(self, message: Message, *, sent_at: float, now: float) -> Answer | None:
        """Look for our own number among the messages of that day to that telephone.

        Near midnight of both days: by the provider's clock it may have been sent on the other.
        """
        moments = (sent_at - _TAKEN_FOR_S, min(sent_at + _TAKEN_FOR_S, now))
        days = {time.strftime("%Y%m%d", time.gmtime(at + _CHINA_S)) for at in moments}
        found: list[dict[str, Any]] = []
        for day in sorted(days):
            asked = {
                "PhoneNumber": message.phone.removeprefix(_CHINA), "SendDate": day,
                "PageSize": "50", "CurrentPage": "1",
            }  # fmt: skip
            try:
                answer = self._call("QuerySendDetails", asked, now=now)
            except (requests.RequestException, ValueError):
                return Answer(Outcome.UNKNOWN, code="receipt unreachable")
            if answer.get("Code") != "OK":
                return Answer(Outcome.UNKNOWN, code=str(answer.get("Code", "no code")))
            found += answer.get("SmsSendDetailDTOs", {}).get("SmsSendDetailDTO", [])
        # What was sent once more has the same number: one that did not fail is enough.
        ours = [row for row in found if row.get("OutId") == message.notice]
        if not ours:
            return None
        best = min(ours, key=_failed)
        outcome = Outcome.REFUSED if _failed(best) else Outcome.ACCEPTED
        return Answer(outcome, code=str(best.get("ErrCode", "")))

    def _call(self, action: str, asked: Mapping[str, str], *, now: float) -> dict[str, Any]:
        query = canonical_query(asked)
        headers = {
            "host": urlsplit(self.url).netloc,
            "x-acs-action": action,
            "x-acs-content-sha256": _NO_BODY,
            "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-version": _VERSION,
        }
        signed = {
            **headers,
            "Authorization": authorization(
                query, headers, key_id=self.access_key_id, secret=self.secret
            ),
        }
        # The error itself holds the whole address with the number: it goes nowhere.
        answer = requests.post(f"{self.url}/?{query}", headers=signed, timeout=TIMEOUT_S)
        # A refusal comes with status 4xx and a Code, so such a status itself decides nothing.
        if answer.status_code >= 500:
            answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def canonical_query(asked: Mapping[str, str]) -> str:
    """Give parameters percent-encoded and in order, as they are signed and sent."""
    return "&".join(f"{_encode(key)}={_encode(asked[key])}" for key in sorted(asked))


def authorization(query: str, headers: Mapping[str, str], *, key_id: str, secret: str) -> str:
    """Sign a call with no body; `headers` in small letters."""
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    signed = ";".join(names)
    whole = "\n".join(("POST", "/", query, lines, signed, headers["x-acs-content-sha256"]))
    text = f"{_ALGORITHM}\n{hashlib.sha256(whole.encode()).hexdigest()}"
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={mac}"


def _failed(row: dict[str, Any]) -> bool:
    return row.get("SendStatus") == _FAILED


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")
