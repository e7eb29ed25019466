"""The order of the ladder, and that each rung adds to the best so far."""

from edgesmith.convert.guard.rungs import Rung, rungs
from edgesmith.convert.quantization.scheme import DEFAULT_SCHEME, Scheme

WORST = [f"operator {number}" for number in range(20)]


def worst(share: float) -> frozenset[str]:
    return frozenset(WORST[: round(share * len(WORST))])


def climbed(start: Scheme, best: Scheme) -> list[Rung]:
    return list(rungs(start, best=lambda: best, worst_operators=worst))


def test_the_cheapest_comes_first_and_distillation_last() -> None:
    names = [rung.name for rung in climbed(DEFAULT_SCHEME, DEFAULT_SCHEME)]
    assert names == [
        "bias correction",
        "data-aware rounding",
        "equalization",
        "mixed precision, 1 operators float",
        "mixed precision, 4 operators float",
        "distillation",
    ]


def test_each_rung_adds_one_thing_to_the_best_so_far() -> None:
    best = Scheme(calibration_method="mse")
    _, rounding, equalization, one, four, distillation = (
        rung.scheme for rung in climbed(DEFAULT_SCHEME, best)
    )
    assert rounding == Scheme(calibration_method="mse", rounding="data-aware")
    assert equalization == Scheme(calibration_method="mse", equalized=True)
    assert one == Scheme(calibration_method="mse", keep_float=frozenset(WORST[:1]))
    assert four == Scheme(calibration_method="mse", keep_float=frozenset(WORST[:4]))
    assert distillation == Scheme(calibration_method="mse", distilled=True)


def test_what_the_start_has_already_is_no_rung() -> None:
    names = [rung.name for rung in climbed(Scheme(rounding="data-aware", equalized=True), DEFAULT_SCHEME)]
    assert not {"data-aware rounding", "equalization"} & set(names)


def test_distillation_is_of_a_file_that_is_int8_throughout() -> None:
    *_, last = climbed(DEFAULT_SCHEME, Scheme(keep_float=frozenset(WORST[:4])))
    assert last.scheme.keep_float == frozenset()


def test_the_first_rung_is_called_by_what_it_does() -> None:
    first, *_ = climbed(Scheme(calibration_method="mse", rounding="data-aware"), DEFAULT_SCHEME)
    assert first.name == "mse ranges, data-aware rounding, bias correction"
    plain, *_ = climbed(Scheme(bias_correction=False), DEFAULT_SCHEME)
    assert plain.name == "minimum and maximum alone"


def test_the_same_operators_are_not_tried_twice() -> None:
    same = frozenset({"operator 0"})
    found = rungs(DEFAULT_SCHEME, best=lambda: DEFAULT_SCHEME, worst_operators=lambda share: same)
    assert [rung.name for rung in found].count("mixed precision, 1 operators float") == 1
