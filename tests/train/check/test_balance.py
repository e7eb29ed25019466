from pathlib import Path

import pytest

from edgesmith.train.check.balance import find_imbalance, interval_at_90
from edgesmith.train.check.balance import test_counts as expected_tests
from edgesmith.train.check.findings import Finding, Picture
from edgesmith.train.check.listing import Listing


def listing(**counts: dict[str, int]) -> Listing:
    return Listing(
        root=Path("/data"),
        splits=tuple(counts),
        labels=tuple(sorted({label for by_label in counts.values() for label in by_label})),
        pictures=tuple(
            Picture(path=f"{split}/{label}/{number}.png", split=split, label=label)
            for split, by_label in counts.items()
            for label, count in by_label.items()
            for number in range(count)
        ),
    )


def check(**counts: dict[str, int]) -> dict[str, Finding]:
    return {finding.kind: finding for finding in find_imbalance(listing(**counts))}


def details(finding: Finding) -> list[str | None]:
    return [item.detail for item in finding.items]


ENOUGH = {"train": {"cat": 80, "dog": 80}, "val": {"cat": 20, "dog": 20}, "test": {"cat": 60, "dog": 60}}


def test_enough_of_everything_is_no_finding() -> None:
    assert check(**ENOUGH) == {}


@pytest.mark.parametrize(("smallest", "found"), [(21, False), (20, True)])
def test_imbalance_begins_at_four_times(smallest: int, found: bool) -> None:
    findings = check(**{**ENOUGH, "train": {"cat": 80, "dog": smallest}})

    assert set(findings) == ({"imbalance"} if found else set())
    if found:
        assert "4.0 times" in findings["imbalance"].what
        assert "--class-weights balanced" in findings["imbalance"].advice
        assert details(findings["imbalance"]) == ["dog: 20"]


@pytest.mark.parametrize(
    ("absent", "severity"), [("train", "error"), ("test", "error"), ("val", "note")], ids=str
)
def test_missing_split(absent: str, severity: str) -> None:
    found = check(**{name: counts for name, counts in ENOUGH.items() if name != absent})

    assert {kind: finding.severity for kind, finding in found.items()} == {"missing-split": severity}
    assert details(found["missing-split"]) == [absent]


def test_class_missing_from_a_split_is_an_error() -> None:
    found = check(**{**ENOUGH, "test": {"cat": 120}})

    assert found["missing-class"].severity == "error"
    assert details(found["missing-class"]) == ["'dog' has no folder in test"]


def test_one_class_is_an_error() -> None:
    assert check(all={"cat": 2000})["one-class"].severity == "error"


def test_few_training_images_are_a_warning() -> None:
    found = check(**{**ENOUGH, "train": {"cat": 19, "dog": 20}})

    assert found["few-images"].severity == "warning"
    assert details(found["few-images"]) == ["cat: 19"]


def test_class_too_small_to_be_split_is_an_error() -> None:
    findings = list(find_imbalance(listing(all={"cat": 2, "dog": 1000, "fox": 3})))

    [error] = [f for f in findings if f.kind == "few-images" and f.severity == "error"]
    assert details(error) == ["cat: 2"]


@pytest.mark.parametrize(
    ("test", "named"),
    [({"cat": 49, "dog": 50}, []), ({"cat": 9, "dog": 191}, ["cat: 9"])],
    ids=["few in all", "few of a class"],
)
def test_small_test_states_what_it_can_prove(test: dict[str, int], named: list[str]) -> None:
    found = check(**{**ENOUGH, "test": test})

    low, high = interval_at_90(sum(test.values()))
    assert f"{low:.1%} to {high:.1%}" in found["small-test"].what
    assert details(found["small-test"]) == named


def test_interval_is_wilsons() -> None:
    # 9 of 10: E. B. Wilson's interval, as tables give it.
    assert interval_at_90(10) == pytest.approx((0.596, 0.982), abs=5e-4)


def test_test_images_of_a_folder_without_splits_are_those_train_would_draw() -> None:
    assert expected_tests(listing(all={"cat": 100, "dog": 4})) == {"cat": 10, "dog": 1}
