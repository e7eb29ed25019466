import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.train.data.classnames import folder_name, folder_names, numbered_classes


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param([2, 0, 1, 0], {0: "0", 1: "1", 2: "2"}, id="one digit"),
        pytest.param([1, 10, 2], {1: "01", 2: "02", 10: "10"}, id="two digits"),
        pytest.param([999, 5], {5: "005", 999: "999"}, id="gaps"),
    ],
)
def test_sorted_names_are_in_the_order_of_the_numbers(numbers: list[int], expected: dict[int, str]) -> None:
    names = numbered_classes(numbers)

    assert names == expected
    assert sorted(names.values()) == list(names.values())


def test_slash_becomes_an_underscore() -> None:
    assert folder_name("T-shirt/top", "y") == "T-shirt_top"


@pytest.mark.parametrize(
    ("label", "message"),
    [
        pytest.param("..", "begins with a dot", id="parent"),
        pytest.param(".hidden", "begins with a dot", id="hidden"),
        pytest.param("../../etc", "begins with a dot", id="way out"),
        pytest.param("a\nb", "control characters", id="line break"),
        pytest.param("a\0b", "control characters", id="NUL"),
        pytest.param("\udc80", "no text", id="surrogate"),
        pytest.param(" ", "is empty", id="blank"),
        pytest.param("", "is empty", id="empty"),
        pytest.param("ä" * 128, "256 bytes; 255", id="too long"),
    ],
)
def test_what_no_folder_can_be_named_is_refused(label: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        folder_name(label, "y")


@pytest.mark.parametrize("pair", [["cat", "cat"], ["a/b", "a_b"]], ids=["twice", "after replacing"])
def test_two_labels_of_one_folder_are_refused(pair: list[str]) -> None:
    with pytest.raises(DataError, match="would be one class"):
        folder_names(pair, "y")
