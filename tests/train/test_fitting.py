import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.runtime.errors import EdgesmithError, ModelFileError
from edgesmith.train.backend import keras, tf
from edgesmith.train.batches import Examples, Order, shuffled
from edgesmith.train.callbacks import Journal
from edgesmith.train.checkpoint import has_progress, load_state, state_file
from edgesmith.train.fitting import Stage, fit, predict
from edgesmith.train.history import History
from edgesmith.train.machine.division import Division
from edgesmith.train.progress import Advance, Progress
from edgesmith.train.zoo.network import build_head

FEATURES = np.array([[1, 0], [0, 1]] * 8, np.float32)
CLASSES = np.array([0, 1] * 8)
STAGE = Stage(name="head", epochs=5, patience=5, rate=0.1, batch_size=4, seed=0)


def examples(features: NDArray[np.float32], classes: NDArray[np.int64]) -> Examples:
    return Examples(
        load=lambda indices: features[indices],
        shape=features.shape[1:],
        dtype=np.float32,
        one_hot=np.eye(2, dtype=np.float32)[classes],
        weights=np.ones(len(classes), np.float32),
    )


CLEAR, OPPOSITE = examples(FEATURES, CLASSES), examples(FEATURES, 1 - CLASSES)


def fit_tiny(
    run: Path,
    stage: Stage = STAGE,
    *,
    training: Examples = CLEAR,
    validation: Examples = CLEAR,
    model: Any = None,
    progress: Progress | None = None,
) -> tuple[Any, float, History]:
    """A head on two clear features, or another model."""
    if model is None:
        keras.utils.set_random_seed(0)
        model = build_head(2, 2, dropout=0.0)
    with History(run) as history:
        journal = Journal(run=run, history=history, progress=progress or Progress())
        loss = fit(model, training=training, validation=validation, stage=stage, journal=journal)
    return model, loss, history


def test_it_learns_and_records_every_epoch(tmp_path: Path) -> None:
    stream = io.StringIO()

    head, _, history = fit_tiny(tmp_path, progress=Progress(stream))

    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4, 5]
    assert history.epochs[-1].loss < history.epochs[0].loss
    assert (head.predict(FEATURES, verbose=0).argmax(axis=1) == CLASSES).all()
    assert "head 5/5: loss" in stream.getvalue()


def test_it_stops_early_and_ends_with_the_best_weights_which_the_checkpoint_has(tmp_path: Path) -> None:
    head, loss, history = fit_tiny(tmp_path, replace(STAGE, epochs=30, patience=2), validation=OPPOSITE)

    assert len(history.epochs) == 3
    assert loss == history.best().val_loss == history.epochs[0].val_loss
    assert np.isclose(head.evaluate(FEATURES, np.eye(2)[1 - CLASSES], verbose=0)[0], loss, rtol=1e-5)
    saved = keras.saving.load_model(tmp_path / "checkpoint" / "head.keras")
    for kept, best in zip(saved.get_weights(), head.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, best)


def test_smoothed_labels_and_weights_are_in_the_loss(tmp_path: Path) -> None:
    uneven = replace(CLEAR, weights=np.array([0, 1] * 8, np.float32))

    head, _, history = fit_tiny(
        tmp_path, replace(STAGE, epochs=20, label_smoothing=0.5), training=uneven, validation=uneven
    )

    # Only class 1 counts, and smoothing asks for 0.75 of it whatever the features.
    np.testing.assert_allclose(head.predict(FEATURES, verbose=0)[1::2, 1], 0.75, atol=0.1)
    assert history.epochs[-1].val_accuracy == 0.5


def test_one_output_learns_the_second_class(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)

    head, _, history = fit_tiny(
        tmp_path, replace(STAGE, epochs=8), model=build_head(2, 2, dropout=0.0, sigmoid=True)
    )

    assert head.predict(FEATURES, verbose=0).shape == (16, 1)
    assert ((head.predict(FEATURES, verbose=0)[:, 0] > 0.5) == CLASSES).all()
    assert history.epochs[-1].val_accuracy == 1.0


def test_predict_keeps_the_order_and_advances(tmp_path: Path) -> None:
    head, steps = build_head(2, 2, dropout=0.5), list[int]()

    scores = predict(head, CLEAR, batch_size=5, advance=steps.append)

    np.testing.assert_allclose(scores, head.predict(FEATURES, verbose=0), atol=1e-6)
    assert sum(steps) == 4


# --- Going on after a kill. What a kill leaves is the RUN folder as it is at that moment: copies of it are made
# --- while an uninterrupted training runs, and then gone on with.

NOISE = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
NOISE_CLASSES = np.arange(20) % 2
NOISY = examples(NOISE, NOISE_CLASSES)
JUDGES = examples(NOISE[::-1].copy(), NOISE_CLASSES)


def random_model(seed: int) -> Any:
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((4,))
    tensor = keras.layers.BatchNormalization()(keras.layers.Dropout(0.5)(inputs))
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(tensor))


def shake(inputs: Any, one_hot: Any, seed: Any) -> tuple[Any, Any]:
    return inputs + tf.random.stateless_normal(tf.shape(inputs), seed), one_hot


class Copying(Progress):
    """Copies the RUN folder when a training has come to one of `steps`, counted from 1 over all epochs."""

    def __init__(self, run: Path, steps: set[int]) -> None:
        super().__init__()
        self._run, self._steps, self._done = run, steps, 0

    @contextmanager
    def stage(self, name: str, *, total: int) -> Iterator[Advance]:
        del name, total

        def advance(steps: int) -> None:
            self._done += steps
            if self._done in self._steps:
                shutil.copytree(self._run, self._run.with_name(f"killed-{self._done}"))

        yield advance


def bits(model: Any) -> list[bytes]:
    return [array.tobytes() for array in model.get_weights()]


@pytest.mark.parametrize(
    ("changes", "patience_ends"),
    [
        pytest.param({"optimizer": "adam", "patience": 9}, False, id="adam"),
        pytest.param({"optimizer": "sgd", "patience": 2, "rate": 0.5}, True, id="sgd, stopped early"),
    ],
)
def test_killed_training_goes_on_to_the_same_bits(
    tmp_path: Path, changes: dict[str, Any], patience_ends: bool
) -> None:
    stage = Stage(
        **{"name": "s", "epochs": 6, "rate": 0.05, "batch_size": 8, "seed": 3, "augmenter": shake, **changes}
    )
    steps = {1, 5, 6, 7, 9}  # of three an epoch: in the first, and in and after the second and the third
    whole, loss, history = fit_tiny(
        tmp_path / "whole",
        stage,
        training=NOISY,
        validation=JUDGES,
        model=random_model(1),
        progress=Copying(tmp_path / "whole", steps),
    )
    assert (len(history.epochs) < 6) is patience_ends

    for step in sorted(steps & {1, 5, 9}):
        run = tmp_path / f"killed-{step}"
        again, again_loss, again_history = fit_tiny(
            run, stage, training=NOISY, validation=JUDGES, model=random_model(2)
        )

        assert bits(again) == bits(whole)
        assert again_loss == loss
        assert again_history.epochs == history.epochs
        assert (run / "history.csv").read_bytes() == (tmp_path / "whole" / "history.csv").read_bytes()


def test_finished_stage_is_restored_without_a_step(tmp_path: Path) -> None:
    head, loss, history = fit_tiny(tmp_path, replace(STAGE, epochs=3))
    other, stream = build_head(2, 2, dropout=0.0), io.StringIO()

    again, again_loss, again_history = fit_tiny(
        tmp_path, replace(STAGE, epochs=3), model=other, progress=Progress(stream)
    )

    assert bits(again) == bits(head)
    assert (again_loss, again_history.epochs) == (loss, history.epochs)
    assert stream.getvalue() == "head: 3 epochs were done before\n"


def test_damaged_state_is_said_and_stays_where_it_is(tmp_path: Path) -> None:
    fit_tiny(tmp_path, replace(STAGE, epochs=1))
    state_file(tmp_path, "head").write_bytes(b"half")

    with pytest.raises(ModelFileError, match=r"head\.state\.npz' is damaged"):
        fit_tiny(tmp_path, replace(STAGE, epochs=1))

    assert state_file(tmp_path, "head").read_bytes() == b"half"


# --- Losses that are no numbers.


def test_loss_that_is_no_number_is_placed_and_the_best_epoch_stays(tmp_path: Path) -> None:
    """The third epoch's second batch has it: the epochs before are whole."""
    seeds = [seed[0] for seed, *_ in _batch_seeds(epochs=range(2, 3))]

    def spoil(inputs: Any, one_hot: Any, seed: Any) -> tuple[Any, Any]:
        return tf.where(tf.reduce_all(seed == seeds[1]), np.nan, inputs), one_hot

    with pytest.raises(EdgesmithError, match="the loss is nan at step 2 of epoch 3 of 'head'") as caught:
        fit_tiny(tmp_path, replace(STAGE, augmenter=spoil))

    assert "--learning-rate" in str(caught.value.tip)
    kept = load_state(tmp_path, "head")
    assert kept is not None
    assert kept.counters.epoch == 2
    assert all(np.isfinite(array).all() for array in kept.variables)
    saved = keras.saving.load_model(tmp_path / "checkpoint" / "head.keras")
    assert [array.tobytes() for array in kept.best_weights] == bits(saved)


def _batch_seeds(*, epochs: range, batch_size: int = 4) -> Any:
    def only_seed(inputs: Any, one_hot: Any, seed: Any) -> tuple[Any, Any]:
        return tf.repeat(seed[None], tf.shape(inputs)[0], axis=0), one_hot

    batches = shuffled(
        CLEAR,
        Order(batch_size=batch_size, seed=0, epochs=epochs),
        outputs=2,
        division=Division(),
        augmenter=only_seed,
    )
    return batches.as_numpy_iterator()


def test_loss_that_is_no_number_on_validation_alone(tmp_path: Path) -> None:
    spoilt = examples(np.where(np.arange(16)[:, None] == 3, np.nan, FEATURES).astype(np.float32), CLASSES)

    with pytest.raises(EdgesmithError, match="nan on the validation images after the last step of epoch 1"):
        fit_tiny(tmp_path, validation=spoilt)

    assert not has_progress(tmp_path)


# --- Batches that do not fit into memory.


def allocate_if(too_many: Any) -> Any:
    """Zero; but a real allocation of four million gigabytes is asked for if `too_many`."""
    return tf.reduce_sum(tf.fill([tf.where(too_many, tf.constant(10**15, tf.int64), 1)], 0.0))


class Narrow(keras.layers.Layer):  # type: ignore[misc] # Keras ships no types
    """Runs out of memory for more than `most` images at once."""

    def __init__(self, most: int = 8, **options: Any) -> None:
        super().__init__(**options)
        self._most = most

    def call(self, inputs: Any) -> Any:
        return inputs + tf.stop_gradient(allocate_if(tf.shape(inputs)[0] > self._most))


def narrow_model(most: int) -> Any:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(Narrow(most)(inputs)))


@pytest.mark.slow
def test_out_of_memory_halves_the_batch_says_so_and_learns(tmp_path: Path) -> None:
    stream = io.StringIO()

    _, _, history = fit_tiny(
        tmp_path,
        replace(STAGE, batch_size=16, epochs=20),
        model=narrow_model(5),
        progress=Progress(stream),
    )

    assert stream.getvalue().count("warning: out of memory") == 2
    assert "going on after epoch 0 with 4 images at once, 4 times a step" in stream.getvalue()
    assert [epoch.epoch for epoch in history.epochs] == list(range(1, 21))
    assert history.epochs[-1].val_accuracy == 1.0
    kept = load_state(tmp_path, "head")
    assert kept is not None
    assert (kept.counters.micro_batch, kept.counters.accumulated) == (4, 4)


@pytest.mark.slow
def test_one_image_too_many_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EdgesmithError, match="a batch of one image does not fit into memory"):
        fit_tiny(tmp_path, model=narrow_model(0))


def test_accumulated_halves_are_the_step_of_the_whole_batch(tmp_path: Path) -> None:
    stage = replace(STAGE, optimizer="sgd", batch_size=8, epochs=8, rate=0.05)
    linear = examples(np.random.default_rng(1).normal(size=(16, 2)).astype(np.float32), CLASSES)
    begin = narrow_model(8).get_weights()

    whole, halves = (
        fit_tiny(tmp_path / str(most), stage, training=linear, model=narrow_model(most))[0] for most in (8, 4)
    )

    # About: Keras reads the falling rate at the last of the batches that make a step, half a step later.
    off, moved = (
        np.concatenate([(one - other).ravel() for one, other in zip(weights, of, strict=True)])
        for weights, of in ((halves.get_weights(), whole.get_weights()), (whole.get_weights(), begin))
    )
    assert np.linalg.norm(off) < 0.1 * np.linalg.norm(moved)


def test_out_of_memory_later_goes_on_after_the_last_whole_epoch(tmp_path: Path) -> None:
    (seed, *_), *_ = _batch_seeds(epochs=range(2, 3), batch_size=8)

    def fill(inputs: Any, one_hot: Any, step_seed: Any) -> tuple[Any, Any]:
        too_many = tf.reduce_all(step_seed == seed[0]) & (tf.shape(inputs)[0] > 4)
        return inputs + allocate_if(too_many), one_hot

    stage, stream = replace(STAGE, batch_size=8, augmenter=fill), io.StringIO()

    _, _, history = fit_tiny(tmp_path, stage, progress=Progress(stream))

    assert "out of memory; going on after epoch 2 with 4 images at once, 2 times" in stream.getvalue()
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4, 5]


def test_another_error_is_not_taken_for_want_of_memory(tmp_path: Path) -> None:
    def load(indices: NDArray[np.int64]) -> NDArray[Any]:
        raise RuntimeError("no such thing")

    with pytest.raises(Exception, match="no such thing"):
        fit_tiny(tmp_path, training=replace(CLEAR, load=load))


class Small:
    """Stands for a network that runs out of memory for more than four examples at once."""

    def predict(self, inputs: Any, **_: Any) -> Any:
        batches = list(inputs.as_numpy_iterator())
        if len(batches[0]) > 4:
            raise MemoryError
        return np.concatenate(batches)


def test_memory_may_not_suffice_for_scores_either() -> None:
    np.testing.assert_array_equal(predict(Small(), CLEAR, batch_size=16, advance=print), FEATURES)


def test_one_example_that_does_not_fit_ends_the_scores() -> None:
    class Full(Small):
        def predict(self, inputs: Any, **options: Any) -> Any:
            raise MemoryError(f"{inputs} {options}")

    with pytest.raises(MemoryError):
        predict(Full(), CLEAR, batch_size=16, advance=print)
