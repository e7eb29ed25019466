"""The one graph: raw pixels in, probabilities out, labels that fit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.prepare import prepare_graph
from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.runtime.errors import DataError, OptionError, UnsupportedModelError

KERNEL = np.random.default_rng(0).normal(0, 0.2, (3, 3, 3, 3)).astype(np.float32)
PIXELS = np.random.default_rng(1).integers(0, 256, (2, 8, 8, 3)).astype(np.float32)
LABELS = ("blue", "green", "red")
RAW = ExternalNormalisation()


def means(image: Any) -> Any:
    return tf.reduce_mean(tf.nn.conv2d(image, KERNEL, 1, "SAME"), (1, 2))


def normalised(image: Any) -> Any:
    padded = tf.pad((image - 127.0) / 128.0, ((0, 0), (0, 1), (0, 1), (0, 0)))
    return tf.nn.softmax(tf.reduce_mean(tf.nn.conv2d(padded, KERNEL, 2, "VALID"), (1, 2)))


def test_normalisation_and_padding_are_folded() -> None:
    prepared = prepare_graph(to_flatbuffer(normalised, (8, 8, 3)), LABELS, RAW)
    assert [operator.kind for operator in prepared.graph.operators] == ["CONV_2D", "MEAN", "SOFTMAX"]
    assert (prepared.graph.input_offset, prepared.from_logits) == (127, False)
    np.testing.assert_allclose(run(prepared.graph, PIXELS - 127), normalised(PIXELS), atol=1e-5)


@pytest.mark.parametrize(
    "mean", [(127.0,), (120.0, 110.0, 100.0)], ids=["one mean", "a mean for each channel"]
)
def test_outside_normalisation_comes_in(mean: tuple[float, ...]) -> None:
    normalisation = ExternalNormalisation(mean=mean, std=(64.0,))
    graph = prepare_graph(to_flatbuffer(means, (8, 8, 3)), LABELS, normalisation).graph
    wanted = tf.nn.softmax(means((PIXELS - np.array(mean, np.float32)) / 64))
    np.testing.assert_allclose(run(graph, PIXELS - graph.input_offset), wanted, atol=1e-5)


def test_logits_get_a_softmax() -> None:
    prepared = prepare_graph(to_flatbuffer(means, (8, 8, 3)), LABELS, RAW)
    assert prepared.from_logits
    np.testing.assert_allclose(run(prepared.graph, PIXELS), tf.nn.softmax(means(PIXELS)), atol=1e-5)


def single(image: Any) -> Any:
    return means(image)[:, :1] * 1.0


@pytest.mark.parametrize("end", [single, lambda image: tf.sigmoid(single(image))], ids=["logit", "sigmoid"])
def test_one_output_becomes_two_probabilities(end: Callable[[Any], Any]) -> None:
    prepared = prepare_graph(to_flatbuffer(end, (8, 8, 3)), LABELS[:2], RAW)
    second = tf.sigmoid(single(PIXELS))
    assert prepared.from_logits == (end is single)
    np.testing.assert_allclose(
        run(prepared.graph, PIXELS), np.concatenate([1 - second, second], 1), atol=1e-5
    )


def probabilities(classes: int) -> Callable[[Any], Any]:
    return lambda image: tf.sigmoid(tf.reduce_mean(image, (1, 2))[:, :classes] / 9)


@pytest.mark.parametrize(
    ("classes", "labels"), [(3, LABELS), (1, ("no", "yes"))], ids=["three", "one sigmoid"]
)
def test_labels_that_fit(classes: int, labels: tuple[str, ...]) -> None:
    prepared = prepare_graph(to_flatbuffer(probabilities(classes), (4, 4, 3)), labels, RAW)
    assert not prepared.from_logits


@pytest.mark.parametrize(
    ("classes", "labels", "message"),
    [(3, LABELS[:2], "2 labels for 3 outputs"), (1, LABELS, "3 labels for 1 outputs")],
)
def test_labels_that_do_not_fit(classes: int, labels: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        prepare_graph(to_flatbuffer(probabilities(classes), (4, 4, 3)), labels, RAW)


def test_an_image_as_output_is_refused() -> None:
    with pytest.raises(UnsupportedModelError, match=r"output shape \(1, 4, 4, 3\)"):
        prepare_graph(to_flatbuffer(tf.sigmoid, (4, 4, 3)), LABELS, RAW)


def test_normalisation_for_other_channels_is_refused() -> None:
    grey = to_flatbuffer(lambda image: tf.sigmoid(tf.reduce_mean(image, (1, 2))), (4, 4, 1))
    with pytest.raises(OptionError, match="3 numbers of --mean or --std for 1 channels"):
        prepare_graph(grey, ("no", "yes"), ExternalNormalisation(mean=(1.0, 2.0, 3.0)))
