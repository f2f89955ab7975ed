"""A centre for tests: the cabinet's four routes over real HTTP, with faults on demand."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from locker.contract.centre import EventsPost
from locker.contract.chain import is_intact
from locker.contract.credential import TOKEN_TYPE, GrantClaims, head_message, login_message
from locker.identity import b64, public_text, unb64


class FakeCentre:
    """What the centre knows. `refuse`: answer this HTTP status; `fork`: journals with a fork."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.signing = Ed25519PrivateKey.generate()
        self.enrolment: dict[str, Any] = {}
        self.nonces: set[str] = set()
        self.tokens: set[str] = set()
        self.logins = 0
        self.answered = 0
        self.posts: list[EventsPost] = []
        self.events: dict[tuple[str, int], dict[str, Any]] = {}
        self.heads: dict[str, int] = {}
        self.fork: set[str] = set()
        self.refuse = 0
        self.acknowledges = True
        self.bulletin: dict[str, Any] = {}
        self.asks: list[dict[str, Any]] = []
        self.news: list[dict[str, Any]] = []
        self.first_n = 0

    # --- what a test asks and does --------------------------------------------------------

    def kinds(self) -> list[str]:
        """Give the kinds of all events, in order of arrival."""
        with self.lock:
            return [event["kind"] for event in self.events.values()]

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Give what the events of a kind say, in order of arrival."""
        with self.lock:
            return [event["body"] for event in self.events.values() if event["kind"] == kind]

    def lacks_none(self) -> bool:
        """Tell whether every event up to the head of its journal is here."""
        with self.lock:
            return sum(self.heads.values()) == len(self.events)

    def tell(self, *items: dict[str, Any]) -> None:
        """Put news in, each with the next number."""
        with self.lock:
            self.news.extend(items)
            self.lock.notify_all()

    def forget_sessions(self) -> None:
        """Answer 401 until the cabinet logs in again."""
        with self.lock:
            self.tokens.clear()

    def token(self, claims: GrantClaims) -> str:
        """Sign a QR."""
        head = {"alg": "EdDSA", "kid": "k-1", "typ": TOKEN_TYPE}
        parts = (b64(json.dumps(part).encode()) for part in (head, claims.to_json()))
        signed = ".".join(parts)
        return f"{signed}.{b64(self.signing.sign(signed.encode()))}"

    # --- routes ---------------------------------------------------------------------------

    def answer(self, method: str, path: str, body: dict[str, Any], token: str) -> tuple[int, Any]:
        """Answer one request: status and JSON."""
        self.answered += 1
        if self.refuse:
            return self.refuse, {"failure": "revoked" if self.refuse == 403 else "busy"}
        match method, path.partition("?")[0]:
            case "POST", "/v1/enrolments":
                return self._enrol(body)
            case "POST", "/v1/login/nonces":
                nonce = secrets.token_hex(16)
                self.nonces.add(nonce)
                return 200, {"nonce": nonce, "centre_time": time.time()}
            case "POST", "/v1/login/sessions":
                return self._log_in(body)
            case _ if token not in self.tokens:
                return 401, {"failure": "session"}
            case "POST", "/v1/events":
                return self._take(body)
            case "GET", "/v1/news":
                return self._news(path)
            case "GET", "/v1/bulletin" if self.bulletin:
                return 200, self.bulletin
            case "POST", "/v1/asks":
                self.asks.append(body)
                return 200, {"ok": True}
        return 404, {"failure": "not_found"}

    def _enrol(self, body: dict[str, Any]) -> tuple[int, Any]:
        if body["code"] != "CODE-1234":
            return 401, {"failure": "BBG-508"}
        self.enrolment = body
        return 200, {
            "cabinet": "cab-1", "centre_time": time.time() - 1, "public_url": "https://bbg.test/",
            "keys": [{"kid": "k-1", "key": public_text(self.signing)}],
            "community": "润园", "site": "门口", "telephone": "0311",
        }  # fmt: skip

    def _log_in(self, body: dict[str, Any]) -> tuple[int, Any]:
        message = login_message(body["cabinet"], body["nonce"])
        if body["nonce"] not in self.nonces or not self._signed(
            "login", body["signature"], message
        ):
            return 401, {"failure": "signature"}
        self.nonces.discard(body["nonce"])
        token = secrets.token_hex(16)
        self.tokens.add(token)
        self.logins += 1
        return 200, {"token": token, "life_s": 3600, "centre_time": time.time()}

    def _signed(self, which: str, signature: str, message: bytes) -> bool:
        key = Ed25519PublicKey.from_public_bytes(unb64(self.enrolment[f"{which}_key"]))
        try:
            key.verify(unb64(signature), message)
        except InvalidSignature:
            return False
        return True

    def _take(self, body: dict[str, Any]) -> tuple[int, Any]:
        post = EventsPost.model_validate(body)
        head = head_message("cab-1", post.journal, post.head_sequence, post.head)
        if not self._signed("head", post.head_signature, head):
            return 422, {"failure": "head"}
        with self.lock:
            self.posts.append(post)
            for event, raw in zip(post.events, body["events"], strict=True):
                assert is_intact(event.entry(post.journal))
                if self.acknowledges:
                    self.events.setdefault((post.journal, event.sequence), raw)
                    self.heads[post.journal] = max(self.heads.get(post.journal, 0), event.sequence)
            self.lock.notify_all()
            sequence = self.heads.get(post.journal, 0)
        return 200, {
            "journal": post.journal, "sequence": sequence, "centre_time": time.time(),
            "fork": post.journal in self.fork,
        }  # fmt: skip

    def _news(self, path: str) -> tuple[int, Any]:
        query = dict(part.split("=") for part in path.partition("?")[2].split("&"))
        after, wait = int(query["after"]), min(float(query["wait"]), 2.0)
        with self.lock:
            snapshot = after < self.first_n
            if not snapshot:
                self.lock.wait_for(lambda: self.first_n + len(self.news) > after, timeout=wait)
            start = 0 if snapshot else after - self.first_n
            items = [
                {"n": self.first_n + place + 1, "item": item}
                for place, item in enumerate(self.news)
                if place >= start
            ]
            n = self.first_n + len(self.news)
        return 200, {"n": n, "items": items, "snapshot": snapshot, "centre_time": time.time()}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    centre: ClassVar[FakeCentre]

    def do_GET(self) -> None:
        self._respond("GET")

    def do_POST(self) -> None:
        self._respond("POST")

    def _respond(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        if len(raw) < length:
            return  # the line was cut in the middle of it
        body = json.loads(raw) if length else {}
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        status, answer = self.centre.answer(method, self.path, body, token)
        data = json.dumps(answer).encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's word
        """Say nothing."""


class Server:
    """A listening centre whose line can be cut and brought back on the same port.

    Between the two nobody listens there, and nobody else can take it.
    """

    def __init__(self, centre: FakeCentre, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.centre = centre
        self._handler = type("Handler", (_Handler,), {"centre": centre})
        self._kept = socket.socket()
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._kept.bind(("127.0.0.1", 0))
        self.port = self._kept.getsockname()[1]
        self._open: list[socket.socket] = []
        self.listen()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def listen(self) -> None:
        """Take connections."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        server.daemon_threads = True
        if self._tls is not None:
            server.socket = self._tls.wrap_socket(server.socket, server_side=True)
        connections = self._open
        accept = server.get_request

        def get_request() -> tuple[socket.socket, Any]:
            connection, address = accept()
            connections.append(connection)
            return connection, address

        server.get_request = get_request  # type: ignore[method-assign] # to cut them later
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Refuse new connections and reset those that are open."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def close(self) -> None:
        """End it, and let the port go."""
        self.cut()
        self._kept.close()


@contextlib.contextmanager
def serving(centre: FakeCentre, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve a fake centre on loopback."""
    server = Server(centre, tls)
    try:
        yield server
    finally:
        server.close()
