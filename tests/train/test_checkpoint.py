import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import ModelFileError
from edgesmith.train.backend import keras
from edgesmith.train.checkpoint import (
    Counters,
    State,
    assign,
    gradient_sums,
    has_progress,
    load_state,
    network_variables,
    optimizer_variables,
    save_state,
    state_file,
)
from edgesmith.train.epoch import Epoch
from edgesmith.train.optimizers import make_optimizer

EPOCH = Epoch(stage="head", epoch=1, loss=0.1, accuracy=1 / 3, val_loss=2e-8, val_accuracy=0.5)


def state(*, epoch: int = 1) -> State:
    return State(
        counters=Counters(
            epoch=epoch,
            finished=False,
            micro_batch=16,
            accumulated=2,
            best=0.1 + 0.2,
            best_epoch=0,
            wait=3,
            epochs=(EPOCH,),
        ),
        variables=tuple(np.full((2,), index, np.float32) for index in range(12)),
        optimizer=(np.array(7, np.int32),),
        best_weights=(np.array([np.nan, 1e-45], np.float32),),
    )


def test_what_is_saved_is_loaded_bit_for_bit(tmp_path: Path) -> None:
    save_state(tmp_path, "head", state())

    found = load_state(tmp_path, "head")

    assert found is not None
    assert found.counters == state().counters
    for group in ("variables", "optimizer", "gradient_sums", "best_weights"):
        stored, wanted = getattr(found, group), getattr(state(), group)
        assert [(array.dtype, array.tobytes()) for array in stored] == [
            (array.dtype, array.tobytes()) for array in wanted
        ]


def test_nothing_was_saved(tmp_path: Path) -> None:
    assert load_state(tmp_path, "head") is None
    assert not has_progress(tmp_path)


def test_only_a_whole_epoch_is_progress(tmp_path: Path) -> None:
    save_state(tmp_path, "head", state(epoch=0))
    assert not has_progress(tmp_path)

    save_state(tmp_path, "finetune", state(epoch=1))
    assert has_progress(tmp_path)


def test_damage_is_said_and_never_taken_for_a_state(tmp_path: Path) -> None:
    save_state(tmp_path, "head", state())
    file = state_file(tmp_path, "head")
    whole, draw, refused = file.read_bytes(), random.Random(0), 0

    damages = [b"", b"PK", whole[:-1], whole[: len(whole) // 2], whole.replace(b"best_epoch", b"best_epack")]
    for _ in range(400):
        flipped = bytearray(whole)
        flipped[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        damages.append(bytes(flipped))
    for damaged in damages:
        file.write_bytes(damaged)
        try:
            found = load_state(tmp_path, "head")
        except ModelFileError:
            refused += 1
            continue
        # A bit that decides on nothing, of a time stamp for one.
        assert found is not None
        assert found.counters == state().counters
        assert found.variables[3].tolist() == [3, 3]
    assert refused >= 100


@pytest.mark.parametrize("arrays", [0, 1, 3])
def test_state_of_another_network_is_no_state_of_this_one(arrays: int) -> None:
    variables = [keras.Variable(np.zeros(2)) for _ in range(2)]

    with pytest.raises(ValueError, match="zip"):
        assign(variables, tuple(np.ones(2) for _ in range(arrays)))


def compiled(*, accumulated: int = 1) -> Any:
    inputs = keras.Input((4,))
    tensor = keras.layers.BatchNormalization()(keras.layers.Dropout(0.5)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(tensor))
    optimizer = make_optimizer("adam", rate=0.1, steps=10, accumulated=accumulated)
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    optimizer.build(model.trainable_variables)
    return model


def test_random_generators_belong_to_the_network_and_metrics_do_not() -> None:
    model = compiled()
    model.fit(np.ones((8, 4)), np.eye(2)[[0, 1] * 4], verbose=0)

    names = [variable.path for variable in network_variables(model)]

    assert len(names) == 7  # of the batch normalisation 4, kernel, bias, the generator of the dropout
    assert sum("seed_generator_state" in name for name in names) == 1


@pytest.mark.parametrize(("accumulated", "sums"), [(1, 0), (2, 4)])
def test_gradient_sums_are_apart_from_the_moments(accumulated: int, sums: int) -> None:
    optimizer = compiled(accumulated=accumulated).optimizer

    assert len(gradient_sums(optimizer)) == sums
    assert len(optimizer_variables(optimizer)) == 1 + 2 * 4  # iterations, two moments of each weight
    assert optimizer_variables(optimizer)[0] is optimizer._iterations
