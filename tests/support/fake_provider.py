"""WeChat, Alibaba Cloud's SMS and a webhook's receiver, as small real HTTP servers on loopback.

They check what the real ones check (token, template, signature, age, number) and answer with the
codes that the documents name.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import json
import re
import ssl
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

BREAK = object()
"""An answer that never comes: the line is cut after the request was read."""


LOST = object()
"""The same, and the request was never taken."""


class Service(Protocol):
    """What a fake provider is: a request in, status and JSON out, or BREAK or LOST."""

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any] | object: ...


@contextlib.contextmanager
def served(service: Service, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve a fake provider and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def _take(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            headers = {key.lower(): value for key, value in self.headers.items()}
            found = service.answer(self.command, self.path, headers, body)
            if not isinstance(found, tuple):
                self.close_connection = True
                return
            status, answer = found
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _take  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class FakeWeChat:
    """One service account: tokens are numbered, a consent is good for one message, a code once.

    `domain`: where it may send a browser back to. `snapshots`: openids of pages that are shown as
    a snapshot. `asked`: how often somebody asked whose a code is.
    """

    secret: str
    app_id: str = "wx1"
    domain: str = "testserver"
    codes: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    snapshots: set[str] = field(default_factory=set)
    asked: int = 0
    template: str = "tpl"
    consents: set[tuple[str, str]] = field(default_factory=set)
    delivered: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    forced: int = 0
    token_asks: int = 0
    good: str = ""
    scripted: list[int | object] = field(default_factory=list)
    token_error: int = 0

    def end_token(self) -> None:
        """Let the token be over: who asks is given another."""
        self.good = ""

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any] | object:
        parts = urllib.parse.urlsplit(path)
        if (method, parts.path) == ("GET", "/sns/oauth2/access_token"):
            return self._whose(dict(urllib.parse.parse_qsl(parts.query)))
        asked = json.loads(body)
        if path == "/cgi-bin/stable_token":
            return self._token(asked)
        assert (method, parts.path) == ("POST", "/cgi-bin/message/template/subscribe")
        token = urllib.parse.parse_qs(parts.query)["access_token"][0]
        if token != self.good:
            return 200, {"errcode": 42001, "errmsg": "access_token expired"}
        if self.scripted:
            code = self.scripted.pop(0)
            if code is BREAK:
                self._deliver(asked)
                return BREAK
            return 200, {"errcode": code, "errmsg": "scripted"} if code is not None else {}
        return 200, {"errcode": self._deliver(asked), "errmsg": ""}

    def authorize(self, address: str, openid: str) -> str:
        """Be WeChat's own page for that person: give where it sends the browser back to."""
        parts = urllib.parse.urlsplit(address)
        assert (parts.hostname, parts.path) == ("open.weixin.qq.com", "/connect/oauth2/authorize")
        assert parts.fragment == "wechat_redirect"
        pairs = urllib.parse.parse_qsl(parts.query, strict_parsing=True)
        keys, (app_id, back_to, kind, scope, state) = zip(*pairs, strict=True)
        assert keys == ("appid", "redirect_uri", "response_type", "scope", "state")
        assert (app_id, kind, scope) == (self.app_id, "code", "snsapi_base")
        assert urllib.parse.urlsplit(back_to).hostname == self.domain, "10003"
        assert re.fullmatch(r"[a-zA-Z0-9]{1,128}", state)
        code = f"0{len(self.codes):030x}w"
        self.codes[code] = openid
        return f"{back_to}?{urllib.parse.urlencode({'code': code, 'state': state})}"

    def _whose(self, asked: dict[str, str]) -> tuple[int, Any] | object:
        self.asked += 1
        code = asked.get("code", "")
        if self.scripted:
            said = self.scripted.pop(0)
            if isinstance(said, list):
                return 200, said
            return said if said is BREAK else (200, {"errcode": said, "errmsg": "scripted"})
        for wrong, errcode in (
            (asked["grant_type"] != "authorization_code", 40002),
            (asked["appid"] != self.app_id, 40013),
            (asked["secret"] != self.secret, 40125),
            (not code, 41008),
            (code in self.used, 40163),
            (code not in self.codes, 40029),
        ):
            if wrong:
                return 200, {"errcode": errcode, "errmsg": "refused"}
        self.used.add(code)
        openid = self.codes[code]
        found = {
            "access_token": "web", "expires_in": 7200, "refresh_token": "r", "openid": openid,
            "scope": "snsapi_base",
        }  # fmt: skip
        return 200, found | ({"is_snapshotuser": 1} if openid in self.snapshots else {})

    def _token(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if asked["secret"] != self.secret:
            return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}
        if self.token_error:
            return 200, {"errcode": self.token_error, "errmsg": "scripted"}
        self.token_asks += 1
        self.forced += asked["force_refresh"]
        if not self.good or asked["force_refresh"]:
            self.tokens += 1
            self.good = f"token-{self.tokens}"
        return 200, {"access_token": self.good, "expires_in": 7200}

    def _deliver(self, asked: dict[str, Any]) -> int:
        if asked["template_id"] != self.template:
            return 40037
        if len(asked["title"]) > 15 or len(asked["data"]["content"]["value"]) > 200:
            return 47003
        consent = (asked["touser"], asked["scene"])
        if consent not in self.consents:
            return 43101
        self.consents.discard(consent)
        self.delivered.append(asked)
        return 0


@dataclass
class FakeAlibaba:
    """One SMS account: checks the signature from the raw call, by its own lines of code.

    `now`: its own clock, by which a message is dated. `listed_after_s`: how long a message is in
    no list yet.
    """

    key_id: str
    secret: str
    now: float
    listed_after_s: float = 0.0
    sent: list[dict[str, str]] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    scripted: list[str | object] = field(default_factory=list)
    status: int = 3
    asked_days: list[str] = field(default_factory=list)

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any] | object:
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        given = dict(part.split("=", 1) for part in rest.split(","))
        if given["Credential"] != self.key_id:
            return 404, {"Code": "InvalidAccessKeyId.NotFound"}
        address, _, query = path.partition("?")
        signed = given["SignedHeaders"].split(";")
        whole = [method, address, query]
        whole += [f"{name}:{headers[name].strip()}" for name in signed]
        whole += ["", given["SignedHeaders"], hashlib.sha256(body).hexdigest()]
        right = self._sign("\n".join(whole))
        must = {"host", *(name for name in headers if name.startswith("x-acs-"))}
        if (scheme, given["Signature"]) != ("ACS3-HMAC-SHA256", right) or must - set(signed):
            return 400, {"Code": "SignatureDoesNotMatch"}
        asked = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        if query != "&".join(sorted(query.split("&"))) or "+" in query:
            return 400, {"Code": "SignatureDoesNotMatch"}
        asked |= {"Action": headers["x-acs-action"], "Timestamp": headers["x-acs-date"]}
        if headers["x-acs-signature-nonce"] in self.nonces:
            return 400, {"Code": "SignatureNonceUsed"}
        self.nonces.add(headers["x-acs-signature-nonce"])
        if abs(dt.datetime.fromisoformat(asked["Timestamp"]).timestamp() - self.now) > 900:
            return 400, {"Code": "InvalidTimeStamp.Expired"}
        if asked["Action"] == "QuerySendDetails" and not self.scripted:
            return 200, {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": self._rows(asked)}}
        return self._take(asked)

    def _take(self, asked: dict[str, str]) -> tuple[int, Any] | object:
        code = self.scripted.pop(0) if self.scripted else "OK"
        if code in (BREAK, "OK") and asked["Action"] == "SendSms":
            day = dt.datetime.fromtimestamp(self.now, dt.timezone(dt.timedelta(hours=8)))
            self.sent.append(asked | {"At": str(self.now), "Day": f"{day:%Y%m%d}"})
        if code == "OK":
            return 200, {"Code": "OK", "Message": "OK", "BizId": f"biz-{len(self.sent)}"}
        return (400, {"Code": code}) if isinstance(code, str) else code

    def _rows(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        self.asked_days.append(asked["SendDate"])
        return [
            {
                "OutId": row["OutId"],
                "SendStatus": int(row.get("SendStatus", self.status)),
                "ErrCode": "DELIVERED",
            }
            for row in self.sent
            if (row["PhoneNumbers"], row["Day"]) == (asked["PhoneNumber"], asked["SendDate"])
            and self.now >= float(row["At"]) + self.listed_after_s
        ]

    def _sign(self, whole: str) -> str:
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(whole.encode()).hexdigest()
        return hmac.digest(self.secret.encode(), text.encode(), "sha256").hex()


@dataclass
class FakeReceiver:
    """A webhook's receiver that trusts nothing it has not checked."""

    secret: str
    now: float
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    scripted: list[int | object] = field(default_factory=list)
    has_receipts: bool = True

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any] | object:
        stamp, number = headers["bangbangui-timestamp"], headers["bangbangui-id"]
        mac = hmac.new(self.secret.encode(), f"{number}.{stamp}.".encode() + body, "sha256")
        if headers["bangbangui-signature"] != f"v1={mac.hexdigest()}":
            return 401, {}
        if abs(self.now - int(stamp)) > 300:
            return 403, {}
        if method == "GET" and self.scripted:
            said = self.scripted.pop(0)
            return said if said is BREAK else (said, {})
        if method == "GET":
            known = urllib.parse.urlsplit(path).query == f"id={number}" and number in self.held
            return (200 if known else 404) if self.has_receipts else 405, {}
        if number in self.held:
            return 409, {}
        answer = self.scripted.pop(0) if self.scripted else 200
        if answer is BREAK or answer == 200:
            self.held[number] = json.loads(body)
        return BREAK if answer is BREAK else (answer, {})
