import io
from pathlib import Path
from typing import Any

import numpy as np

from edgesmith.train.backend import keras
from edgesmith.train.fitting import Journal, Stage, fit, predict
from edgesmith.train.history import History
from edgesmith.train.pipeline import feature_batches
from edgesmith.train.progress import Progress
from edgesmith.train.zoo.network import build_head

FEATURES = np.array([[1, 0], [0, 1]] * 8, np.float32)
CLASSES = np.array([0, 1] * 8)


def fit_tiny(tmp_path: Path, *, epochs: int, patience: int, rate: float = 0.1, wrong: bool = False) -> Any:
    """A head on two clear features; with `wrong`, validation wants the opposite of what is learnt."""
    keras.utils.set_random_seed(0)
    head = build_head(2, 2, dropout=0.0)
    stream = io.StringIO()
    with History(tmp_path) as history:
        loss = fit(
            head,
            training=feature_batches(FEATURES, CLASSES, batch_size=4, shuffle_seed=0),
            validation=feature_batches(FEATURES, 1 - CLASSES if wrong else CLASSES, batch_size=4),
            stage=Stage(name="head", epochs=epochs, patience=patience, optimizer=keras.optimizers.Adam(rate)),
            journal=Journal(run=tmp_path, history=history, progress=Progress(stream)),
        )
    return head, loss, history, stream.getvalue()


def test_it_learns_and_records_every_epoch(tmp_path: Path) -> None:
    head, _, history, text = fit_tiny(tmp_path, epochs=5, patience=5)

    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4, 5]
    assert history.epochs[-1].loss < history.epochs[0].loss
    assert (head.predict(FEATURES, verbose=0).argmax(axis=1) == CLASSES).all()
    assert "head 5/5: loss" in text


def test_it_stops_early_and_ends_with_the_best_weights(tmp_path: Path) -> None:
    head, loss, history, _ = fit_tiny(tmp_path, epochs=30, patience=2, wrong=True)

    assert len(history.epochs) == 3
    assert loss == history.best().val_loss == history.epochs[0].val_loss
    assert np.isclose(head.evaluate(FEATURES, 1 - CLASSES, verbose=0)[0], loss, rtol=1e-5)


def test_best_weights_are_also_in_the_checkpoint(tmp_path: Path) -> None:
    head, _, _, _ = fit_tiny(tmp_path, epochs=4, patience=4, wrong=True)

    saved = keras.saving.load_model(tmp_path / "checkpoint" / "head.keras")

    for kept, best in zip(saved.get_weights(), head.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, best)


def test_predict_keeps_the_order_and_advances(tmp_path: Path) -> None:
    head, _, _, _ = fit_tiny(tmp_path, epochs=1, patience=1)
    steps: list[int] = []

    scores = predict(head, feature_batches(FEATURES, CLASSES, batch_size=5), advance=steps.append)

    np.testing.assert_allclose(scores, head.predict(FEATURES, verbose=0), atol=1e-6)
    assert sum(steps) == 4
