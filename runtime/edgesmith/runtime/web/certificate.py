"""The self-signed certificate of this machine: made on first use, kept, made anew before it ends."""

import datetime
import ipaddress
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edgesmith.runtime.cache import cache_folder
from edgesmith.runtime.errors import OutputError

# Safari and Chrome refuse certificates that are valid for longer (398 days, CA/Browser Forum ballot SC31).
_VALID = datetime.timedelta(days=397)
_RENEWED_BEFORE = datetime.timedelta(days=30)
_CLOCKS = datetime.timedelta(days=1)  # phones' and boards' clocks differ


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """`path`: one PEM file with key and certificate, readable by its owner alone.

    `sha256`: the certificate's fingerprint as browsers show it, `AB:CD:…`. `created`: made by this call, so that
    browsers which trusted the last one warn again.
    """

    path: Path
    sha256: str
    created: bool


def certificate(names: Iterable[str]) -> CertificateFiles:
    """The kept certificate where it holds all `names` (host names, IP addresses) for another month, else a new one.

    Raises `OutputError` where the cache folder cannot be written to.
    """
    path = cache_folder("certificates") / "server.pem"
    wanted = set(names)
    kept = _read(path)
    if kept is not None and wanted <= _names_of(kept) and _ends(kept) - _now() > _RENEWED_BEFORE:
        return CertificateFiles(path=path, sha256=_fingerprint(kept), created=False)
    key = ec.generate_private_key(ec.SECP256R1())
    made = _signed(key, sorted(wanted))
    _write_private(
        path,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM),
    )
    return CertificateFiles(path=path, sha256=_fingerprint(made), created=True)


def _signed(key: ec.EllipticCurvePrivateKey, names: list[str]) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "edgesmith on this machine")])
    usage = x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.SERVER_AUTH]
    )  # iOS 13 asks for it, and for the names below
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - _CLOCKS)
        .not_valid_after(_now() - _CLOCKS + _VALID)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _read(path: Path) -> x509.Certificate | None:
    """None where there is none, or one that is damaged: a new one takes its place."""
    try:
        content = path.read_bytes()
        serialization.load_pem_private_key(content, password=None)
        return x509.load_pem_x509_certificate(content)
    except (OSError, ValueError):
        return None


def _names_of(kept: x509.Certificate) -> set[str]:
    names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = names.get_values_for_type(x509.IPAddress)
    return {*names.get_values_for_type(x509.DNSName), *(str(address) for address in addresses)}


def _ends(kept: x509.Certificate) -> datetime.datetime:
    return kept.not_valid_after_utc


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _fingerprint(made: x509.Certificate) -> str:
    return made.fingerprint(hashes.SHA256()).hex(":").upper()


def _write_private(path: Path, data: bytes) -> None:
    """Whole or not at all, for its owner's eyes alone at every moment; nothing is left behind."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:  # mode 0700
            made = Path(folder) / path.name
            made.touch(mode=0o600)
            made.write_bytes(data)
            made.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot write the certificate {str(path)!r}: {error.strerror or error}",
            tip="EDGESMITH_CACHE names another folder",
        ) from error
