import importlib

import pytest

from edgesmith.runtime import errors
from edgesmith.runtime.errors import EdgesmithError, GateError, MissingExtraError, SettingError, needs_extra

CLEAR = sorted(
    name
    for name, value in vars(errors).items()
    if isinstance(value, type)
    and issubclass(value, EdgesmithError)
    and value not in (GateError, SettingError)
)


@pytest.mark.parametrize("name", CLEAR)
def test_a_clear_error_ends_in_exit_code_1(name: str) -> None:
    assert getattr(errors, name).exit_code == 1


def test_a_gate_ends_in_exit_code_3() -> None:
    assert GateError("0.91 is below 0.95").exit_code == 3


def test_a_setting_that_cannot_be_meant_ends_as_a_word_of_the_command_line_does() -> None:
    assert SettingError("edgesmith.toml, line 3: 'epoch'").exit_code == 2


def test_message_and_tip_stay_apart() -> None:
    error = EdgesmithError("the disk is full", tip="buy another")
    assert (str(error), error.tip) == ("the disk is full", "buy another")
    assert EdgesmithError("the disk is full").tip is None


def test_an_unreadable_image_is_a_data_error() -> None:
    assert issubclass(errors.ImageError, errors.DataError)


def test_a_missing_package_names_the_extra_that_brings_it() -> None:
    with (
        pytest.raises(MissingExtraError, match="'no_such_package' is not installed") as caught,
        needs_extra("bench"),
    ):
        importlib.import_module("no_such_package.inner")
    assert caught.value.tip == "pip install 'edgesmith[bench]' brings it"
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ModuleNotFoundError("gone", name="edgesmith.runtime.gone"), id="a module of our own"),
        pytest.param(ModuleNotFoundError("gone"), id="a module without a name"),
        pytest.param(ImportError("no such name", name="numpy"), id="a name that a package lacks"),
    ],
)
def test_a_defect_is_not_taken_for_a_missing_extra(error: ImportError) -> None:
    with pytest.raises(type(error)) as caught, needs_extra("bench"):
        raise error
    assert caught.value is error
