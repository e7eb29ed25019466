"""What is done while Keras fits: telling, stopping at a loss that is no number, keeping the state."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.train.backend import keras
from edgesmith.train.checkpoint import (
    FOLDER,
    Arrays,
    Counters,
    State,
    gradient_sums,
    network_variables,
    optimizer_variables,
    save_state,
)
from edgesmith.train.epoch import Epoch
from edgesmith.train.history import History
from edgesmith.train.machine.precision import save_as_float32
from edgesmith.train.progress import Advance, Progress

Logs = dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Where a training leaves its traces: the RUN folder being filled, its history, and the user's screen."""

    run: Path
    history: History
    progress: Progress


class StopAtNaN(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Raises `EdgesmithError` at the first step whose loss is no number: nothing after it can be right."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Keras' hook: remember which one it is."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Keras' hook: `loss` is the mean of the epoch so far."""
        self._check((logs or {}).get("loss"), f"at step {batch + 1}")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keras' hook, after validation."""
        self._check((logs or {}).get("val_loss"), "on the validation images after the last step")

    def _check(self, loss: Any, where: str) -> None:
        if loss is not None and not math.isfinite(float(loss)):
            raise EdgesmithError(
                f"the loss is {float(loss)} {where} of epoch {self._epoch + 1} of {self._stage!r}",
                tip="train again, with a lower --learning-rate",
            )


class Reporter(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Puts each epoch into the history and tells the user."""

    def __init__(self, stage: str, epochs: int, journal: Journal, advance: Advance) -> None:
        super().__init__()
        self._stage, self._epochs, self._journal, self._advance = stage, epochs, journal, advance

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Keras' hook: move the bar."""
        self._advance(1)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keras' hook, after validation."""
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        numbers = {name: float((logs or {})[name]) for name in names}
        record = Epoch(stage=self._stage, epoch=epoch + 1, **numbers)
        self._journal.history.add(record)
        self._journal.progress.say(
            f"{self._stage} {record.epoch}/{self._epochs}: loss {record.loss:.4f}, accuracy"
            f" {record.accuracy:.4f}, val_loss {record.val_loss:.4f}, val_accuracy {record.val_accuracy:.4f}"
        )


class Keeper(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Keeps the state after every epoch and the network of the best one; takes early stopping's place up again.

    Comes after `stopping`, a Keras EarlyStopping, and after the `Reporter` in the list of callbacks. `begin`: what
    the network and the optimizer were set to. `saved`: the network that `checkpoint/<stage>.keras` gets. `state`:
    the one after the last epoch.
    """

    def __init__(
        self, stage: str, epochs: int, journal: Journal, *, begin: State, stopping: Any, saved: Any
    ) -> None:
        super().__init__()
        self._stage, self._epochs, self._journal = stage, epochs, journal
        self._stopping, self._saved = stopping, saved
        self.state = begin

    def on_train_begin(self, logs: Logs = None) -> None:
        """Keras' hook: early stopping, which has just forgotten all, gets back where it was."""
        counters = self.state.counters
        if counters.epoch > 0:
            self._stopping.best, self._stopping.best_epoch = counters.best, counters.best_epoch
            self._stopping.wait = counters.wait
            self._stopping.best_weights = list(self.state.best_weights)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keras' hook, after validation and early stopping's own."""
        stopping = self._stopping
        if stopping.best_epoch == epoch:
            save_as_float32(self._saved, self._journal.run / FOLDER / f"{self._stage}.keras")
        finished = self.model.stop_training or epoch + 1 == self._epochs
        if finished:
            self.model.set_weights(stopping.best_weights)
        counters = replace(
            self.state.counters,
            epoch=epoch + 1,
            finished=finished,
            best=float(stopping.best),
            best_epoch=stopping.best_epoch,
            wait=stopping.wait,
            epochs=tuple(e for e in self._journal.history.epochs if e.stage == self._stage),
        )
        best = () if finished else tuple(stopping.best_weights)
        self.state = capture(self.model, counters, best_weights=best)
        save_state(self._journal.run, self._stage, self.state)


def capture(model: Any, counters: Counters, *, best_weights: Arrays = ()) -> State:
    """The state of a compiled model and its optimizer; of a finished stage only the network's."""
    if counters.finished:
        return State(counters=counters, variables=_arrays(network_variables(model)))
    return State(
        counters=counters,
        variables=_arrays(network_variables(model)),
        optimizer=_arrays(optimizer_variables(model.optimizer)),
        gradient_sums=_arrays(gradient_sums(model.optimizer)),
        best_weights=best_weights,
    )


def _arrays(variables: list[Any]) -> Arrays:
    return tuple(np.asarray(keras.ops.convert_to_numpy(variable)) for variable in variables)
