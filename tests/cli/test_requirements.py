import tomllib
from pathlib import Path

import pytest

from edgesmith.cli.requirements import FLOORS, install_advice, missing_package

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_floors_are_those_of_the_project() -> None:
    listed = tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"]
    assert listed == [f"{name}>={major}.{minor}" for name, (major, minor) in FLOORS.items()]


@pytest.mark.parametrize(
    ("error", "package"),
    [
        (ModuleNotFoundError("x", name="numpy"), "numpy"),
        (ModuleNotFoundError("x", name="numpy.typing"), "numpy"),
        (ModuleNotFoundError("x", name="PIL"), "Pillow"),
        (ModuleNotFoundError("x", name="edgesmith.gone"), None),
        (ModuleNotFoundError("x"), None),
        (ImportError("x", name="numpy"), None),
    ],
    ids=repr,
)
def test_missing_package(error: ImportError, package: str | None) -> None:
    assert missing_package(error) == package


def test_advice_can_be_typed_into_a_shell() -> None:
    assert install_advice("numpy", FLOORS["numpy"]) == "pip install 'numpy>=1.24'"
