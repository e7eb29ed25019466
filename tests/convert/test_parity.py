from pathlib import Path

import numpy as np

from edgesmith.convert.parity import as_probabilities, compare, file_outputs, identical_share

SOURCE = np.array([[0.1, 0.9], [0.6, 0.4], [0.5, 0.5], [0.2, 0.8]], np.float32)


def test_compare() -> None:
    scores = np.array([[0.1, 0.9], [0.45, 0.55], [0.5, 0.5], [0.3, 0.7]], np.float32)
    parity = compare(scores, SOURCE, images_from="evaluation")
    assert np.isclose(parity.max_abs_difference, 0.15)
    assert parity.top1_agreement == 0.75
    assert (parity.images, parity.images_from, parity.against) == (4, "evaluation", "source")
    assert (parity.identical_share, parity.identical_to) == (None, None)


def test_identical_share_counts_whole_rows() -> None:
    rows = np.array([[1, 2], [3, 4], [5, 6], [7, 8]], np.uint8)
    others = np.array([[1, 2], [3, 5], [5, 6], [9, 9]], np.uint8)
    assert identical_share(rows, others) == 0.5


def test_uint8_rows_are_256ths() -> None:
    assert as_probabilities(np.array([[64, 192]], np.uint8), classes=2).tolist() == [[0.25, 0.75]]


def test_one_output_is_the_second_class() -> None:
    assert as_probabilities(np.array([[0.25]], np.float32), classes=2).tolist() == [[0.75, 0.25]]


def test_file_outputs_are_those_of_each_picture(deployed: Path) -> None:
    pixels = np.zeros((3, 16, 16, 3), np.uint8)
    for index in range(3):
        pixels[index, :, :, 2 - index] = 200
    for name, dtype in (("colours-int8.tflite", np.uint8), ("colours-float32.onnx", np.float32)):
        rows = file_outputs(deployed / name, pixels)
        assert rows.shape == (3, 3)
        assert rows.dtype == dtype
        assert rows.argmax(1).tolist() == [0, 1, 2]
