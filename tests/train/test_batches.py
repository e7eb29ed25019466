from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.train.backend import tf
from edgesmith.train.batches import Examples, Order, in_order, inputs_in_order, shuffled
from edgesmith.train.machine.division import Division

Batch = tuple[NDArray[Any], NDArray[np.float32], NDArray[np.float32]]


def examples(count: int = 10, *, classes: int = 2) -> Examples:
    """Example i is the number i, of class i modulo `classes`, and counts 1 + i / 100 in the loss."""
    numbers = np.arange(count, dtype=np.uint8)[:, None]
    return Examples(
        load=lambda indices: numbers[indices],
        shape=(1,),
        dtype=np.uint8,
        one_hot=np.eye(classes, dtype=np.float32)[np.arange(count) % classes],
        weights=(1 + np.arange(count) / 100).astype(np.float32),
    )


def batches(
    count: int = 10, *, epochs: range, seed: int = 0, batch_size: int = 4, **options: Any
) -> list[Batch]:
    dataset = shuffled(
        examples(count),
        Order(batch_size=batch_size, seed=seed, epochs=epochs),
        division=Division(),
        **{"outputs": 2, **options},
    )
    return list(dataset.as_numpy_iterator())


def order(found: list[Batch]) -> list[int]:
    return [int(number) for inputs, _, _ in found for number in inputs[:, 0]]


def test_an_epoch_visits_each_example_once_and_its_last_batch_is_smaller() -> None:
    found = batches(epochs=range(2))

    assert [len(inputs) for inputs, _, _ in found] == [4, 4, 2, 4, 4, 2]
    assert sorted(order(found[:3])) == sorted(order(found[3:])) == list(range(10))
    assert order(found[:3]) != order(found[3:])


def test_the_order_is_decided_by_seed_and_epoch() -> None:
    first = order(batches(50, epochs=range(1), seed=1))

    assert order(batches(50, epochs=range(1), seed=1)) == first
    assert order(batches(50, epochs=range(1), seed=2)) != first
    assert order(batches(50, epochs=range(1), seed=2**32 - 1)) != first
    assert first != sorted(first)


def test_the_batch_size_does_not_change_the_order() -> None:
    """By which halved batches, two to a step, are made of the very images."""
    assert order(batches(epochs=range(1), batch_size=2)) == order(batches(epochs=range(1), batch_size=8))


def note_seeds(inputs: Any, one_hot: Any, seed: Any) -> tuple[Any, Any]:
    return tf.cast(inputs, tf.float32) + tf.random.stateless_uniform(tf.shape(inputs), seed), one_hot


def test_beginning_later_gives_the_batches_of_an_uninterrupted_run() -> None:
    whole = batches(epochs=range(4), augmenter=note_seeds)
    later = batches(epochs=range(2, 4), augmenter=note_seeds)

    for one, other in zip(whole[6:], later, strict=True):
        for left, right in zip(one, other, strict=True):
            np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_every_step_of_every_epoch_has_a_seed_of_its_own(seed: int) -> None:
    def only_seed(inputs: Any, one_hot: Any, step_seed: Any) -> tuple[Any, Any]:
        return tf.repeat(step_seed[None], tf.shape(inputs)[0], axis=0), one_hot

    found = batches(40, epochs=range(3), seed=seed, augmenter=only_seed)

    assert len({inputs[0].tobytes() for inputs, _, _ in found}) == 30


def test_seeds_of_two_trainings_have_no_draws_in_common() -> None:
    def only_seed(inputs: Any, one_hot: Any, step_seed: Any) -> tuple[Any, Any]:
        return tf.repeat(step_seed[None], tf.shape(inputs)[0], axis=0), one_hot

    zero, one = (
        {inputs[0].tobytes() for inputs, _, _ in batches(40, epochs=range(2), seed=seed, augmenter=only_seed)}
        for seed in (0, 1)
    )

    assert not zero & one


def test_augmentation_gets_float32_and_decides_on_inputs_and_targets() -> None:
    seen: list[Any] = []

    def swap(inputs: Any, one_hot: Any, seed: Any) -> tuple[Any, Any]:
        seen.append((inputs.dtype, one_hot.dtype, seed.dtype, seed.shape))
        return inputs + 100, one_hot[:, ::-1]

    plain, changed = batches(epochs=range(1)), batches(epochs=range(1), augmenter=swap)

    assert seen[0] == (tf.float32, tf.float32, tf.int32, (2,))
    for (inputs, targets, _), (new_inputs, new_targets, _) in zip(plain, changed, strict=True):
        np.testing.assert_array_equal(new_inputs, inputs + 100.0)
        np.testing.assert_array_equal(new_targets, targets[:, ::-1])


def test_targets_and_weights_stay_with_their_inputs() -> None:
    for inputs, targets, weights in batches(epochs=range(1)):
        numbers = inputs[:, 0].astype(int)
        np.testing.assert_array_equal(targets.argmax(axis=1), numbers % 2)
        np.testing.assert_allclose(weights, 1 + numbers / 100)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: batches(epochs=range(1), outputs=1), id="shuffled"),
        pytest.param(
            lambda: list(in_order(examples(), batch_size=4, outputs=1).as_numpy_iterator()), id="in order"
        ),
    ],
)
def test_one_output_is_asked_for_the_second_class(make: Callable[[], list[Batch]]) -> None:
    for inputs, targets, _ in make():
        assert targets.shape == (len(inputs), 1)
        np.testing.assert_array_equal(targets[:, 0], inputs[:, 0] % 2)


def test_in_order_is_in_order_and_once() -> None:
    found = list(in_order(examples(), batch_size=4, outputs=2).as_numpy_iterator())

    assert order(found) == list(range(10))
    assert [len(inputs) for inputs, _, _ in found] == [4, 4, 2]
    np.testing.assert_allclose(np.concatenate([weights for _, _, weights in found])[3], 1.03)


def test_inputs_alone_keep_their_type() -> None:
    found = list(inputs_in_order(examples(), batch_size=4).as_numpy_iterator())

    assert [len(inputs) for inputs in found] == [4, 4, 2]
    assert found[0].dtype == np.uint8
    np.testing.assert_array_equal(np.concatenate(found)[:, 0], np.arange(10))


def test_more_examples_than_a_batch_holds_are_one_step() -> None:
    assert [examples(count).steps(4) for count in (1, 4, 5, 8)] == [1, 1, 2, 2]
