from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.train.backend import keras
from edgesmith.train.callbacks import Journal, Reporter, StopAtNaN, capture
from edgesmith.train.checkpoint import Counters
from edgesmith.train.history import History
from edgesmith.train.progress import Progress


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), np.float32("nan")])
def test_loss_that_is_no_number_stops_at_its_step(loss: Any) -> None:
    callback = StopAtNaN("head")
    callback.on_epoch_begin(1)
    callback.on_train_batch_end(0, {"loss": 0.5})

    with pytest.raises(EdgesmithError, match=r"the loss is (nan|inf) at step 5 of epoch 2 of 'head'"):
        callback.on_train_batch_end(4, {"loss": loss})


def test_validation_loss_that_is_no_number_stops_after_the_epoch() -> None:
    callback = StopAtNaN("head")
    callback.on_epoch_begin(0)
    callback.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.5})

    with pytest.raises(EdgesmithError, match="nan on the validation images after the last step of epoch 1"):
        callback.on_epoch_end(0, {"loss": 0.5, "val_loss": float("nan")})


def test_reporter_moves_the_bar_and_records_the_epoch(tmp_path: Path) -> None:
    steps: list[int] = []
    with History(tmp_path) as history:
        reporter = Reporter(
            "head", 3, Journal(run=tmp_path, history=history, progress=Progress()), steps.append
        )

        reporter.on_train_batch_end(0)
        reporter.on_train_batch_end(1)
        reporter.on_epoch_end(1, {"loss": 1, "accuracy": 0.5, "val_loss": 2, "val_accuracy": 0.25})

    assert steps == [1, 1]
    (epoch,) = history.epochs
    assert (epoch.stage, epoch.epoch, epoch.loss, epoch.val_accuracy) == ("head", 2, 1.0, 0.25)


@pytest.mark.parametrize("finished", [False, True])
def test_state_of_a_finished_stage_is_the_network_alone(finished: bool) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.compile(optimizer="adam", loss="mse")
    model.optimizer.build(model.trainable_variables)
    counters = Counters(
        epoch=1, finished=finished, micro_batch=8, accumulated=1, best=1.0, best_epoch=0, wait=0, epochs=()
    )

    state = capture(model, counters, best_weights=(np.ones(2),))

    assert [array.tobytes() for array in state.variables] == [
        array.tobytes() for array in model.get_weights()
    ]
    assert bool(state.optimizer) is bool(state.best_weights) is not finished
