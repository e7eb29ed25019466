import numpy as np

from edgesmith.train.weighting import class_weights


def test_every_class_has_the_same_weight_in_sum_and_an_image_counts_1_on_average() -> None:
    classes = np.array([0] * 6 + [1] * 3 + [2])

    weights = class_weights(classes, 3)

    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights * np.bincount(classes), 10 / 3, rtol=1e-6)
    assert np.isclose(weights[classes].mean(), 1)


def test_balanced_classes_count_as_without_weights() -> None:
    np.testing.assert_array_equal(class_weights(np.array([0, 1, 1, 0]), 2), [1, 1])


def test_class_without_images_has_no_weight() -> None:
    assert class_weights(np.array([0, 2, 2]), 3).tolist() == [1.0, 0.0, 0.5]
