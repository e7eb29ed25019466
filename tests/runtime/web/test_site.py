import socket
from pathlib import Path

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.web.site import open_site


def test_loopback_is_http_on_a_free_port() -> None:
    with open_site(None, 0) as site:
        assert site.certificate is None
        assert site.url("/a/") == f"http://localhost:{site.port}/a/"
        assert site.url("/", name="::1") == f"http://[::1]:{site.port}/"
        socket.create_connection(("127.0.0.1", site.port), timeout=2).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", site.port), timeout=2)


def test_networks_are_https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path))
    with open_site("0.0.0.0", 0) as site:
        assert site.certificate is not None
        assert site.url().startswith("https://")


def test_a_taken_port() -> None:
    with open_site(None, 0) as site, pytest.raises(OptionError, match="in use") as raised:
        open_site(None, site.port)
    assert "--port 0" in str(raised.value.tip)


@pytest.mark.parametrize("port", [-1, 65536])
def test_no_port(port: int) -> None:
    with pytest.raises(OptionError, match=r"0 to 65535 is allowed"):
        open_site(None, port)


def test_an_address_of_another_machine() -> None:
    with pytest.raises(OptionError, match=r"cannot listen on 192\.0\.2\.200"):
        open_site("192.0.2.200", 0)


def test_without_a_cache_the_socket_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path / "file"))
    with pytest.raises(Exception, match="cannot write the certificate"):
        open_site("0.0.0.0", 0)  # a socket left open would be a ResourceWarning, which is an error here
