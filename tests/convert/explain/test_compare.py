from pathlib import Path

import numpy as np
import pytest

from edgesmith.convert.explain.compare import heat_shift, match, require_twins, signal_to_noise
from edgesmith.convert.explain.deployed_subject import DeployedSubject
from edgesmith.convert.explain.tensors import TensorReader, TensorValue
from edgesmith.runtime.errors import UnsupportedModelError
from edgesmith.runtime.images import load


def _tensors(*rows: tuple[str, str, int]) -> list[TensorValue]:
    """(operator, name, channels) of each operator of a file."""
    return [
        TensorValue(place=place, operator=kind, name=name, values=np.zeros((2, 2, channels), np.float32))
        for place, (kind, name, channels) in enumerate(rows)
    ]


def _pairs(first: list[TensorValue], second: list[TensorValue]) -> list[tuple[int, int, str]]:
    return [(pair.first, pair.second, pair.by) for pair in match(first, second).pairs]


def test_equal_names_belong_together_and_conversions_are_skipped() -> None:
    first = _tensors(("CONV_2D", "a", 4), ("CONV_2D", "b", 4))
    second = _tensors(("QUANTIZE", "q", 3), ("CONV_2D", "a", 4), ("CONV_2D", "b", 4), ("DEQUANTIZE", "d", 4))

    assert _pairs(first, second) == [(0, 1, "name"), (1, 2, "name")]
    assert match(first, second).unmatched == ((), ())


def test_other_names_are_aligned_by_kind_and_shape_in_order() -> None:
    first = _tensors(("CONV_2D", "a", 4), ("ADD", "x", 4), ("CONV_2D", "y", 8))
    second = _tensors(("CONV_2D", "1", 4), ("ADD", "2", 4), ("CONV_2D", "3", 8))

    assert _pairs(first, second) == [(0, 0, "order"), (1, 1, "order"), (2, 2, "order")]


def test_order_counts_only_between_names() -> None:
    # The convolution before "mid" exists only in the second file, the one after it only in the first.
    first = _tensors(("ADD", "mid", 4), ("CONV_2D", "late", 4))
    second = _tensors(("CONV_2D", "early", 4), ("ADD", "mid", 4))

    found = match(first, second)

    assert [(pair.first, pair.second) for pair in found.pairs] == [(0, 1)]
    assert found.unmatched == ((1,), (0,))


def test_a_name_with_another_shape_or_order_is_no_match() -> None:
    first = _tensors(("CONV_2D", "a", 4), ("CONV_2D", "b", 8))
    swapped = _tensors(("CONV_2D", "b", 8), ("CONV_2D", "a", 4))

    assert len(match(first, swapped).pairs) == 1
    assert match(first, _tensors(("CONV_2D", "a", 5))).pairs == ()


def test_all_layers_of_a_conversion_find_their_partner(deployed: Path, photos: Path) -> None:
    subject = DeployedSubject(deployed / "colours-float32.tflite")
    pixels = load(photos / "test" / "red" / "0.png", subject.geometry)
    first, second = (
        TensorReader(deployed / f"colours-{precision}.tflite").read(pixels)
        for precision in ("float32", "int8")
    )

    found = match(first, second)

    weighted = [tensor.place for tensor in first if tensor.operator in ("CONV_2D", "DEPTHWISE_CONV_2D")]
    assert set(weighted) <= {pair.first for pair in found.pairs}
    for pair in found.pairs:
        decibels = signal_to_noise([first[pair.first].values], [second[pair.second].values])
        assert decibels is None or decibels > 15


@pytest.mark.parametrize(
    ("error", "decibels"), [(0.1, 20.0), (0.01, 40.0), (1.0, 0.0)], ids=["a tenth", "a hundredth", "all"]
)
def test_decibels(error: float, decibels: float) -> None:
    signal = np.ones((2, 2, 1), np.float32)

    assert signal_to_noise([signal], [signal * (1 - error)]) == pytest.approx(decibels, abs=1e-4)


def test_equal_activations_have_no_noise() -> None:
    assert signal_to_noise([np.ones((1, 1, 1), np.float32)], [np.ones((1, 1, 1), np.float32)]) is None


def test_the_same_file_twice_does_not_move(deployed: Path, photos: Path) -> None:
    subject = DeployedSubject(deployed / "colours-int8.tflite")
    pixels = load(photos / "test" / "red" / "0.png", subject.geometry)

    shift = heat_shift(subject, subject, pixels, 2)

    assert shift.correlation == pytest.approx(1)
    assert shift.distance == 0
    assert shift.moved is False


def test_another_model_is_no_twin(deployed: Path) -> None:
    first, second = (DeployedSubject(deployed / "colours-int8.tflite") for _ in range(2))
    second.labels = ("a", "b", "c")

    with pytest.raises(UnsupportedModelError, match="differ in labels"):
        require_twins(first, second)
