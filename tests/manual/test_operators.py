import json

import pytest
from making.operators import FOLDER, numbers_of, picture, table

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_the_pictures_are_drawn_from_the_numbers_beside_them(name: str) -> None:
    numbers = json.loads((FOLDER / f"{name}.json").read_text())
    assert (FOLDER / f"{name}.svg").read_text() == picture(numbers), (
        "`python docs/making/operators.py` draws them anew"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_medians(name: str) -> None:
    page = (FOLDER.parent / "int8.md").read_text()
    assert "\n".join(table(json.loads((FOLDER / f"{name}.json").read_text()))) in page


def test_there_are_pictures() -> None:
    assert len(NAMES) >= 2


def test_takes_what_it_needs_from_a_conversion() -> None:
    operator = {"kind": "ADD", "snr_db": 20.123, "alone_snr_db": 30.0, "rounding_snr_db": 31.0, "output": "x"}
    record = {
        "source": {"sha256": "ab"},
        "quantization": {"operators": [operator], "divergence": 0.1, "agreement": 1.0, "images": 10},
    }
    numbers = numbers_of(record)
    assert numbers["operators"] == [
        {"kind": "ADD", "snr_db": 20.12, "alone_snr_db": 30.0, "rounding_snr_db": 31.0}
    ]
    assert table(numbers) == ["| ADD | 1 | 30.0 | 31.0 | 20.1 |"]


def test_probabilities_are_left_out() -> None:
    one = {"kind": "ADD", "snr_db": 20.0, "alone_snr_db": 30.0, "rounding_snr_db": 31.0}
    assert picture({"operators": [one, {**one, "kind": "SOFTMAX"}]}) == picture({"operators": [one]})
