"""Fitting one stage: early stopping, best checkpoint, history and progress, the same for every recipe."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgesmith.train.backend import keras
from edgesmith.train.history import Criterion, Epoch, History
from edgesmith.train.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Where a training leaves its traces: the RUN folder being filled, its history, and the user's screen."""

    run: Path
    history: History
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How one stage is fitted.

    `chosen_by`: what makes an epoch the best. `patience`: epochs without a better one before it ends.
    """

    name: str
    epochs: int
    patience: int
    optimizer: Any
    chosen_by: Criterion = "val_loss"


def fit(model: Any, *, training: Any, validation: Any, stage: Stage, journal: Journal) -> float:
    """Fit `model` [.. → probabilities] on two `tf.data.Dataset`s of batches; it ends with its best weights.

    Returns the best value of what it was chosen by.
    """
    model.compile(optimizer=stage.optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    checkpoint = journal.run / "checkpoint" / f"{stage.name}.keras"
    checkpoint.parent.mkdir(exist_ok=True)
    steps = len(training) * stage.epochs
    best = keras.callbacks.EarlyStopping(
        monitor=stage.chosen_by, patience=stage.patience, restore_best_weights=True
    )
    with journal.progress.stage(stage.name, total=steps) as advance:
        model.fit(
            training,
            validation_data=validation,
            epochs=stage.epochs,
            verbose=0,
            shuffle=False,  # the dataset has shuffled
            callbacks=[
                keras.callbacks.ModelCheckpoint(
                    str(checkpoint), monitor=stage.chosen_by, save_best_only=True
                ),
                best,
                _reporter(stage, journal, advance),
            ],
        )
    return float(best.best)


def predict(model: Any, batches: Any, *, advance: Callable[[int], None]) -> Any:
    """The model's outputs, float32 [n, d], for a dataset of batches; `advance(1)` after each batch."""
    callback = keras.callbacks.LambdaCallback(on_predict_batch_end=lambda *_, **__: advance(1))
    return model.predict(batches, verbose=0, callbacks=[callback])


def _reporter(stage: Stage, journal: Journal, advance: Callable[[int], None]) -> Any:
    def end_epoch(epoch: int, logs: dict[str, float]) -> None:
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        record = Epoch(stage=stage.name, epoch=epoch + 1, **{name: float(logs[name]) for name in names})
        journal.history.add(record)
        journal.progress.say(
            f"{stage.name} {record.epoch}/{stage.epochs}: loss {record.loss:.4f}, accuracy"
            f" {record.accuracy:.4f}, val_loss {record.val_loss:.4f}, val_accuracy {record.val_accuracy:.4f}"
        )

    return keras.callbacks.LambdaCallback(
        on_epoch_end=end_epoch, on_train_batch_end=lambda *_, **__: advance(1)
    )
