from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test writes to the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("EDGESMITH_CACHE", str(folder))
    return folder
