import datetime
import stat
from pathlib import Path

import pytest
from cryptography import x509

from edgesmith.runtime.errors import OutputError
from edgesmith.runtime.web import certificate as module
from edgesmith.runtime.web.certificate import certificate

NAMES = ("192.0.2.7", "vm.local", "::1")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path))
    return tmp_path


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_made_for_the_names_and_kept() -> None:
    first = certificate(NAMES)
    again = certificate(NAMES[:2])
    assert (first.created, again.created) == (True, False)
    assert again.sha256 == first.sha256
    made = _read(first.path)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["vm.local"]
    assert {str(address) for address in names.get_values_for_type(x509.IPAddress)} == {"192.0.2.7", "::1"}
    assert (made.not_valid_after_utc - made.not_valid_before_utc).days <= 398


def test_the_key_is_its_owners_alone() -> None:
    path = certificate(NAMES).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_missing_name_makes_a_new_one() -> None:
    first = certificate(NAMES)
    second = certificate((*NAMES, "10.1.2.3"))
    assert second.created
    assert second.sha256 != first.sha256


def test_one_that_ends_soon_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate(NAMES)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=370)
    monkeypatch.setattr(module, "_now", lambda: later)
    assert certificate(NAMES).created


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff\xfe"], ids=["empty", "text", "bytes"])
def test_a_damaged_one_is_replaced(content: bytes) -> None:
    path = certificate(NAMES).path
    path.write_bytes(content)
    assert certificate(NAMES).created
    _read(path)


def test_a_key_without_its_certificate_is_replaced() -> None:
    path = certificate(NAMES).path
    path.write_bytes(path.read_bytes().partition(b"-----BEGIN CERTIFICATE")[0])
    assert certificate(NAMES).created


def test_a_cache_that_is_a_file(cache: Path) -> None:
    (cache / "certificates").write_text("")
    with pytest.raises(OutputError, match="cannot write the certificate") as raised:
        certificate(NAMES)
    assert raised.value.tip == "EDGESMITH_CACHE names another folder"
