"""The cabinet speaks to its centre alone: real TLS servers, with good certificates and bad ones."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from locker import centre_client
from locker.centre_client import (
    CentreClient,
    CentreUnreachableError,
    CentreUntrustedError,
    check_address,
)
from locker.clock import CentreTime
from locker.enrolment import enrol_cabinet
from locker.identity import Identity
from locker.settings import Settings, SettingsError, load_settings
from tests.integration.locker.fake_centre import FakeCentre, serving
from tests.support.certificate import DAY, Authority, self_signed


@pytest.fixture
def town(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path, "town")


def settings(folder: Path, ca_file: str = "") -> Settings:
    path = folder / "settings.toml"
    path.write_text(
        'state_dir = "state"\nrun_dir = "run"\nlayout = "runyuan-24"\n[[bus]]\nport = "/dev/null"\n'
        f'[centre]\nca_file = "{ca_file}"\n'
    )
    return load_settings(path)


def enrol(tmp_path: Path, tls: ssl.SSLContext | None, ca_file: str = "town.pem") -> FakeCentre:
    centre = FakeCentre()
    with serving(centre, tls) as server:
        enrol_cabinet(
            settings(tmp_path, ca_file), centre=server.url, code="CODE-1234", version="test"
        )
    return centre


def test_a_centre_with_a_certificate_of_the_towns_own_authority_is_believed(
    tmp_path: Path, town: Authority
) -> None:
    assert enrol(tmp_path, town.server(tmp_path)).enrolment["journal"]
    assert Identity.load(tmp_path / "state").cabinet == "cab-1"


BAD: dict[str, Callable[[Path, Authority], ssl.SSLContext]] = {
    "self-signed": lambda folder, _town: self_signed(folder),
    "another authority's": lambda folder, _town: Authority.make(folder, "other").server(folder),
    "expired": lambda folder, town: town.server(folder, until=-DAY),
    "for another address": lambda folder, town: town.server(folder, address="127.0.0.2"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_certificate_is_refused_by_code_before_anything_is_said(
    tmp_path: Path, town: Authority, kind: str
) -> None:
    centre = FakeCentre()
    with (
        serving(centre, BAD[kind](tmp_path, town)) as server,
        pytest.raises(CentreUntrustedError, match=r"^BBG-603 .*certificate"),
    ):
        enrol_cabinet(
            settings(tmp_path, "town.pem"), centre=server.url, code="CODE-1234", version="test"
        )
    assert centre.enrolment == {}


def test_the_systems_authorities_do_not_vouch_for_a_stranger(
    tmp_path: Path, town: Authority
) -> None:
    with pytest.raises(CentreUntrustedError, match="BBG-603"):
        enrol(tmp_path, town.server(tmp_path), ca_file="")


def test_nothing_in_the_environment_turns_the_check_off(
    tmp_path: Path, town: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(town.file))
    with pytest.raises(CentreUntrustedError, match="BBG-603"):
        enrol(tmp_path, town.server(tmp_path), ca_file="")


@pytest.mark.parametrize(
    "url", ["http://bbg.example.org", "http://10.0.0.1:80", "http://127.1.evil"]
)
def test_a_centre_over_plain_http_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(CentreUntrustedError, match="BBG-604"):
        check_address(url)


@pytest.mark.parametrize(
    "url",
    ["https://bbg.example.org", "http://127.0.0.1:8200", "http://[::1]:80", "http://localhost"],
)
def test_plain_http_is_for_a_centre_on_this_machine(url: str) -> None:
    check_address(url)


def test_a_ca_file_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "town.pem").write_text("not a certificate")
    for name in ("town.pem", "missing.pem"):
        with pytest.raises(SettingsError, match=r"centre\.ca_file"):
            settings(tmp_path, name)


def test_an_answer_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centre_client, "BODY_LIMIT", 1_000_000)

    class Endless(BaseHTTPRequestHandler):
        sent = 0

        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while Endless.sent < 100_000_000:
                    Endless.sent += self.wfile.write(b" " * 100_000)
            except OSError:
                pass

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's word
            """Say nothing."""

    enrol(tmp_path, None, ca_file="")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    client = CentreClient(
        Identity.load(tmp_path / "state"), f"http://127.0.0.1:{server.server_address[1]}",
        ca_file=None, clock=lambda: 0.0, centre_time=CentreTime(),
    )  # fmt: skip
    try:
        with pytest.raises(CentreUnreachableError, match="too big"):
            client.news(after=0, wait_s=0)
    finally:
        client.close()
        server.shutdown()
        server.server_close()
        thread.join()
    assert Endless.sent < 50_000_000
