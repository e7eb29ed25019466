"""Each extra is smoke-tested or it is said why not; the real thing, in clean environments, for the smallest."""

import shutil
import sys
import tomllib
from pathlib import Path

import pytest
from release.archives import build_twice
from release.failure import ReleaseError
from release.smoke import CHECKS, UNCHECKED, main, smoke

REPOSITORY = Path(__file__).parents[2]


def test_every_extra_has_its_check_or_a_reason() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]

    assert set(CHECKS) - {""} | set(UNCHECKED) == set(project["optional-dependencies"])
    assert set(CHECKS).isdisjoint(UNCHECKED)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of this checkout as it is now."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in ("runtime", "convert", "train", "benchmarks"):
        shutil.copytree(
            REPOSITORY / name / "edgesmith",
            source / name / "edgesmith",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    return build_twice(source, folder / "dist", moment=1_700_000_000).wheel


@pytest.mark.slow
@pytest.mark.parametrize("extra", ["", "onnx"], ids=["alone", "onnx"])
def test_a_clean_environment(wheel: Path, extra: str) -> None:
    assert "packages" in smoke(wheel, extra, python=sys.executable, lowest=False)


@pytest.mark.slow
def test_what_does_not_work_is_said(
    wheel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(CHECKS, "", type(CHECKS[""])(commands=("inspect gone.tflite",)))
    with pytest.raises(ReleaseError, match="no such model file"):
        smoke(wheel, "", python=sys.executable, lowest=False)
    assert main([str(wheel), "--extra", ""]) == 1
    assert "no such model file" in capsys.readouterr().out
