"""The cabinet's side of the HTTP session with the centre: login by nonce, events up, news down.

Each sync thread has a client of its own. Every request has a time limit, and a line that died
without a word is noticed by keep-alives. Knows no journal and no core.

`requests` is loaded at the first request, in the sync thread: the cabinet serves before that.

CentreError                      the centre did not do what was asked
├── CentreUnreachableError       no answer: the line or the centre is down
│   └── CentreUntrustedError     somebody answered whose certificate is not believed
└── CentreRefusedError           an answer that is a refusal or is not understood
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from locker.clock import CentreTime
from locker.contract.bulletin import Bulletin
from locker.contract.centre import (
    AskTaken,
    Enrolled,
    Enrolment,
    EventsAck,
    EventsPost,
    GlassAsk,
    Login,
    News,
    Nonce,
    NonceAsk,
    Problem,
    Session,
)
from locker.contract.failure import Failure
from locker.identity import Identity

if TYPE_CHECKING:
    import requests

CONNECT_S = 3.0
ANSWER_S = 10.0
NEWS_MARGIN_S = 5.0
BODY_S = 40.0
"""How long an answer may take from its first byte to its last; less than a thread's turn may."""
BODY_LIMIT = 32 * 1024 * 1024
"""More than a snapshot of everything in force at one cabinet."""
BODY_CHUNK = 64 * 1024
RENEW_AT = 0.9
"""The part of a session's life after which a new one is opened."""
UNHEARD_MS = 7000
KEEP_ALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 3),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
)
"""A line that falls silent without a word is noticed within 8 s, with data under way or without:
keep-alives alone say nothing while something sent is not acknowledged."""

A = TypeVar("A", bound=BaseModel)


class CentreError(Exception):
    """The centre did not do what was asked."""


class CentreUnreachableError(CentreError):
    """No answer came: refused, reset, timed out or not found."""


class CentreUntrustedError(CentreUnreachableError):
    """Who answered is not the centre, as far as this cabinet can tell; nothing was said to it.

    `failure`: what to do about it, by code.
    """

    def __init__(self, failure: Failure, text: str) -> None:
        self.failure = failure
        super().__init__(f"{failure} {text}")


class CentreRefusedError(CentreError):
    """The centre said no. `status`: HTTP's; `failure`: the code of its Problem, or empty."""

    def __init__(self, status: int, failure: str, detail: str) -> None:
        self.status = status
        self.failure = failure
        super().__init__(f"HTTP {status} {failure} {detail}".strip())

    @property
    def revoked(self) -> bool:
        """Whether this cabinet is no longer welcome."""
        return self.status == 403


class CentreClient:
    """One HTTP session. One owner; not for several threads at once."""

    def __init__(
        self,
        identity: Identity,
        url: str,
        *,
        ca_file: Path | None,
        clock: Callable[[], float],
        centre_time: CentreTime,
    ) -> None:
        self._identity = identity
        self._url = url
        self._clock = clock
        self._centre_time = centre_time
        self._ca_file = ca_file
        self._token = ""
        self._renew_at_s = 0.0

    @cached_property
    def _http(self) -> requests.Session:
        return _http_session(self._ca_file)

    def post_events(self, post: EventsPost) -> EventsAck:
        """Carry events up. Raises CentreError."""
        sent_s = self._clock()
        ack = self._with_session("POST", "/v1/events", EventsAck, body=post)
        self._centre_time.heard(ack.centre_time, sent_s=sent_s, received_s=self._clock())
        return ack

    def news(self, *, after: int, wait_s: int) -> News:
        """Ask for what is new, waiting at most `wait_s` at the centre. Raises CentreError."""
        path = f"/v1/news?after={after}&wait={wait_s}"
        return self._with_session("GET", path, News, answer_s=wait_s + NEWS_MARGIN_S)

    def bulletin(self) -> Bulletin:
        """Ask what the glass may show. Raises CentreError."""
        return self._with_session("GET", "/v1/bulletin", Bulletin)

    def ask(self, ask: GlassAsk) -> AskTaken:
        """Hand on what somebody at the glass asks. Raises CentreError."""
        return self._with_session("POST", "/v1/asks", AskTaken, body=ask)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _with_session(
        self,
        method: str,
        path: str,
        answer: type[A],
        *,
        body: BaseModel | None = None,
        answer_s: float = ANSWER_S,
    ) -> A:
        """Ask under a session; open a new one where there is none, or the centre forgot it."""
        fresh = not self._token or self._clock() > self._renew_at_s
        if fresh:
            self._log_in()
        try:
            return self._ask(method, path, answer, body=body, answer_s=answer_s)
        except CentreRefusedError as error:
            if error.status != 401 or fresh:
                self._token = ""
                raise
        self._log_in()
        return self._ask(method, path, answer, body=body, answer_s=answer_s)

    def _log_in(self) -> None:
        self._token = ""
        cabinet = self._identity.cabinet
        nonce = self._ask("POST", "/v1/login/nonces", Nonce, body=NonceAsk(cabinet=cabinet))
        login = Login(
            cabinet=cabinet, nonce=nonce.nonce, signature=self._identity.sign_login(nonce.nonce)
        )
        sent_s = self._clock()
        session = self._ask("POST", "/v1/login/sessions", Session, body=login)
        received_s = self._clock()
        self._centre_time.heard(session.centre_time, sent_s=sent_s, received_s=received_s)
        self._token = session.token
        self._renew_at_s = received_s + session.life_s * RENEW_AT

    def _ask(
        self,
        method: str,
        path: str,
        answer: type[A],
        *,
        body: BaseModel | None = None,
        answer_s: float = ANSWER_S,
    ) -> A:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return _ask(
            self._http, method, self._url + path, answer,
            headers=headers, body=body, answer_s=answer_s,
        )  # fmt: skip


def enrol(url: str, enrolment: Enrolment, *, ca_file: Path | None) -> Enrolled:
    """Introduce a cabinet to the centre, once. Raises CentreError."""
    http = _http_session(ca_file)
    try:
        return _ask(
            http, "POST", f"{url}/v1/enrolments", Enrolled,
            headers={}, body=enrolment, answer_s=ANSWER_S,
        )  # fmt: skip
    finally:
        http.close()


def check_address(url: str) -> None:
    """Raise CentreUntrustedError where what is said to this address could be read on the line."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_here(parts.hostname or ""):
        raise CentreUntrustedError(Failure.CENTRE_UNENCRYPTED, f"{url} is not encrypted")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _believed(ca_file: Path | None) -> str | bool:
    """Give the certificates to believe: the settings' own, the system's, or those of requests."""
    paths = ssl.get_default_verify_paths()
    found = [ca_file] if ca_file else [Path(paths.openssl_cafile), Path(paths.openssl_capath)]
    return next((str(path) for path in found if path.exists()), ca_file is None or str(ca_file))


def _http_session(ca_file: Path | None) -> requests.Session:
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    # The settings alone say how the centre is reached: no proxy or password from the environment.
    session.trust_env = False
    session.verify = _believed(ca_file)
    for scheme in ("http://", "https://"):
        adapter = HTTPAdapter(max_retries=0)
        adapter.poolmanager.connection_pool_kw["socket_options"] = list(KEEP_ALIVE)
        session.mount(scheme, adapter)
    return session


def _ask(
    http: requests.Session,
    method: str,
    url: str,
    answer: type[A],
    *,
    headers: dict[str, str],
    body: BaseModel | None,
    answer_s: float,
) -> A:
    import requests
    import urllib3

    data = None if body is None else body.model_dump_json().encode()
    if data is not None:
        headers = {**headers, "Content-Type": "application/json"}
    check_address(url)
    try:
        with http.request(
            method, url, data=data, headers=headers, timeout=(CONNECT_S, answer_s),
            allow_redirects=False, stream=True,
        ) as got:  # fmt: skip
            content = _content(got)
    except requests.exceptions.SSLError as error:
        raise CentreUntrustedError(Failure.CENTRE_UNTRUSTED, f"{url}: {error}") from error
    except (OSError, urllib3.exceptions.HTTPError) as error:  # requests' errors are OSErrors
        raise CentreUnreachableError(f"{url}: {type(error).__name__}: {error}") from error
    if got.status_code >= 300:
        raise _refusal(got, content)
    try:
        return answer.model_validate_json(content)
    except ValidationError as error:
        text = f"answer of {url} is not understood ({error.error_count()} errors)"
        raise CentreRefusedError(got.status_code, "", text) from error


def _content(got: requests.Response) -> bytes:
    """Read an answer whole; one that is too big or drips in too slowly is none."""
    data, until_s = bytearray(), time.monotonic() + BODY_S
    while chunk := got.raw.read1(BODY_CHUNK, decode_content=True):
        data += chunk
        if len(data) > BODY_LIMIT or time.monotonic() > until_s:
            raise CentreUnreachableError(f"{got.url}: the answer is too big, or comes too slowly")
    return bytes(data)


def _refusal(got: requests.Response, content: bytes) -> CentreRefusedError:
    try:
        problem = Problem.model_validate_json(content)
    except ValidationError:
        return CentreRefusedError(got.status_code, "", got.reason or "")
    return CentreRefusedError(got.status_code, problem.failure, problem.detail)
