"""Certificates of a town's own authority, good and bad, for a real TLS server on loopback."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs. `file` holds its certificate, as a cabinet's ca_file would."""

    name: x509.Name
    key: Key
    file: Path

    @classmethod
    def make(cls, folder: Path, name: str) -> Authority:
        """Make an authority and write its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        file = folder / f"{name}.pem"
        made = _builder(subject, subject, key, until=30 * DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(_PEM))
        return cls(subject, key, file)

    def server(
        self, folder: Path, *, address: str = "127.0.0.1", until: dt.timedelta = 30 * DAY
    ) -> ssl.SSLContext:
        """Give a server's context with a certificate for an address; `until`: from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(_name("centre"), self.name, key, until=until).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
            critical=False,
        )
        return _context(folder, key, made.sign(self.key, hashes.SHA256()))


_PEM = serialization.Encoding.PEM


def self_signed(folder: Path) -> ssl.SSLContext:
    """Give a server's context with a certificate that nobody else signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("centre")
    made = _builder(name, name, key, until=30 * DAY).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
        critical=False,
    )
    return _context(folder, key, made.sign(key, hashes.SHA256()))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, *, until: dt.timedelta
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * DAY)
        .not_valid_after(now + until)
    )


def _context(folder: Path, key: Key, certificate: x509.Certificate) -> ssl.SSLContext:
    file = folder / f"server-{certificate.serial_number}.pem"
    private = key.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(_PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
