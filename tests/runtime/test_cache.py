from pathlib import Path

import pytest

from edgesmith.runtime.cache import cache_folder


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({"EDGESMITH_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "/c/data", id="own first"),
        pytest.param({"XDG_CACHE_HOME": "/x"}, "/x/edgesmith/data", id="then XDG"),
        pytest.param({}, "/home/me/.cache/edgesmith/data", id="then home"),
        pytest.param(
            {"EDGESMITH_CACHE": "", "XDG_CACHE_HOME": ""}, "/home/me/.cache/edgesmith/data", id="empty"
        ),
        pytest.param({"XDG_CACHE_HOME": "x"}, "/home/me/.cache/edgesmith/data", id="relative XDG"),
        pytest.param({"EDGESMITH_CACHE": "~/c"}, "/home/me/c/data", id="tilde"),
    ],
)
def test_place(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EDGESMITH_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **variables}.items():
        monkeypatch.setenv(name, value)

    assert cache_folder("data") == Path(expected)


def test_relative_folder_counts_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDGESMITH_CACHE", "c")

    assert cache_folder("features") == tmp_path / "c" / "features"
