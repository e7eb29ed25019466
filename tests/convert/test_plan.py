from pathlib import Path
from typing import Any

import pytest

from edgesmith.convert.guard.goal import Goal
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import Precision


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
        ({"precisions": ("int4",)}, "no precision 'int4'", "float32, float16, dynamic, int8"),
        ({"formats": ("coreml",)}, "no format 'coreml'", "tflite, onnx"),
        ({"seed": -1}, "seed -1", None),
        ({"jobs": 0}, "jobs 0", None),
        ({"io": "float16"}, "no input and output type 'float16'", "uint8, int8, float"),
        ({"precisions": ("int16x8",), "formats": ("onnx",)}, "cannot be written as onnx", "--format tflite"),
        ({"precisions": ("mixed",)}, "which operators stay float", "--keep-float"),
        ({"precisions": ("float32",), "goal": Goal(max_drop=1.0)}, "needs --precision int8", None),
        ({"guard": Path("images")}, "--guard without a goal", "--max-drop"),
        (
            {"goal": Goal(max_drop=1.0), "formats": ("onnx",)},
            "may end on mixed precision",
            "--format hold tflite",
        ),
    ],
    ids=[
        "precision",
        "format",
        "seed",
        "jobs",
        "io",
        "format of precision",
        "mixed",
        "goal",
        "guard",
        "goal without tflite",
    ],
)
def test_values_that_are_not_known_are_refused(fields: dict[str, Any], message: str, tip: str | None) -> None:
    with pytest.raises(OptionError, match=message) as refusal:
        ConversionPlan(model=Path("m.keras"), output=Path("deploy"), **fields)
    assert tip is None or tip in str(refusal.value.tip)


def test_some_precisions_have_one_format_only() -> None:
    plan = ConversionPlan(model=Path("m.keras"), output=Path("deploy"), precisions=("int8", "int16x8"))
    assert plan.formats_of("int8") == ("tflite", "onnx")
    assert plan.formats_of("int16x8") == ("tflite",)


@pytest.mark.parametrize(
    ("precisions", "needed"), [(("float32", "dynamic"), False), (("float32", "int16x8"), True)]
)
def test_ranges_need_images(precisions: tuple[Precision, ...], needed: bool) -> None:
    plan = ConversionPlan(model=Path("m.keras"), output=Path("deploy"), precisions=precisions)
    assert plan.needs_calibration is needed


@pytest.mark.parametrize(
    ("fields", "option"),
    [
        ({"precisions": ("int8",), "keep_float": ("*",)}, "--keep-float"),
        ({"precisions": ("float32",), "io": "int8"}, "--io"),
        ({"formats": ("tflite",), "x86_safe": True}, "--x86-safe"),
        ({"precisions": ("float16",), "scheme": Scheme(equalized=True)}, "--rounding, --equalize"),
    ],
    ids=["keep float", "io", "x86 safe", "scheme"],
)
def test_options_that_nothing_heeds_are_refused(fields: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError, match=f"{option}.* would change nothing"):
        ConversionPlan(model=Path("m.keras"), output=Path("deploy"), **fields)
