from pathlib import Path
from typing import Any

import pytest

from edgesmith.convert.plan import ConversionPlan
from edgesmith.runtime.errors import OptionError


@pytest.mark.parametrize(
    ("model", "name"),
    [("runs/flowers", "flowers"), ("nets/my.net.keras", "my.net"), ("runs/flowers/", "flowers")],
)
def test_name_is_the_stem(model: str, name: str) -> None:
    assert ConversionPlan(model=Path(model), output=Path("deploy")).name == name


def test_name_of_a_folder_is_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "flowers-v1.5").mkdir()
    assert ConversionPlan(model=tmp_path / "flowers-v1.5", output=tmp_path / "deploy").name == "flowers-v1.5"


def test_name_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flowers").mkdir()
    monkeypatch.chdir(tmp_path / "flowers")
    assert ConversionPlan(model=Path(), output=Path("deploy")).name == "flowers"


@pytest.mark.parametrize("nothing", [{"precisions": ()}, {"formats": ()}], ids=["precision", "format"])
def test_nothing_to_write_is_refused(nothing: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="at least one precision and one format"):
        ConversionPlan(model=Path("m.keras"), output=Path("deploy"), **nothing)


@pytest.mark.parametrize(
    ("fields", "message", "tip"),
    [
        ({"precisions": ("float16",)}, "no precision 'float16'", "float32, int8"),
        ({"formats": ("coreml",)}, "no format 'coreml'", "tflite, onnx"),
        ({"seed": -1}, "seed -1", None),
    ],
    ids=["precision", "format", "seed"],
)
def test_values_that_are_not_known_are_refused(fields: dict[str, Any], message: str, tip: str | None) -> None:
    with pytest.raises(OptionError, match=message) as refusal:
        ConversionPlan(model=Path("m.keras"), output=Path("deploy"), **fields)
    assert tip is None or tip in str(refusal.value.tip)
