from pathlib import Path

import pytest

from edgesmith.benchmarks.browser.welcome import welcome
from edgesmith.runtime.web.site import open_site


def test_on_this_machine_alone_there_is_no_certificate_to_warn_of() -> None:
    with open_site(None, 0) as site:
        text = welcome(site, "/token/", picture=True)
        assert f"http://localhost:{site.port}/token/" in text
    assert "--host 0.0.0.0" in text
    assert "█" not in text
    assert "certificate" not in text


def test_the_warning_is_explained_before_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path))
    with open_site("0.0.0.0", 0) as site:
        text = welcome(site, "/token/", picture=True)
        assert site.certificate is not None
        assert site.certificate.sha256 in text
        assert site.url("/token/") in text
    assert text.startswith("Open on each phone")
    assert "not private" in text
    assert "█" in text
    with open_site("0.0.0.0", 0) as site:
        assert "█" not in welcome(site, "/token/", picture=False)
