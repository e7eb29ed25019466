"""The state of a stage after each epoch, from which a killed training goes on to the very same weights.

`RUN/checkpoint/<stage>.state.npz`: the network's variables with the states of its random generators, the
optimizer's, the best weights so far, and in `meta` (JSON) the counters and the epochs seen. Data order and
augmentation need no state: they follow from the seed and the epoch (`edgesmith.train.batches`).
"""

import io
import json
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.strict import from_json
from edgesmith.train.epoch import Epoch

FOLDER = "checkpoint"

Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """`epoch`: how many are done. `finished`: nothing is left to fit, the variables are the best ones.

    `best`, `best_epoch` (from 0), `wait`: of early stopping, without meaning before the first epoch. `micro_batch`: images that fit into memory at
    once, and `accumulated`: how many such batches make one step.
    """

    epoch: int
    finished: bool
    micro_batch: int
    accumulated: int
    best: float
    best_epoch: int
    wait: int
    epochs: tuple[Epoch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`variables`, `optimizer`, `gradient_sums`: as the functions below list them. `best_weights`: of `get_weights`."""

    counters: Counters
    variables: Arrays
    optimizer: Arrays = ()
    gradient_sums: Arrays = ()
    best_weights: Arrays = ()


_GROUPS = ("variables", "optimizer", "gradient_sums", "best_weights")


def state_file(run: Path, stage: str) -> Path:
    """Where a stage keeps its state."""
    return run / FOLDER / f"{stage}.state.npz"


def save_state(run: Path, stage: str, state: State) -> None:
    """Replace the stage's state in one step: a kill leaves the old one or the new one."""
    arrays = {
        f"{group}/{index}": array for group in _GROUPS for index, array in enumerate(getattr(state, group))
    }
    meta = json.dumps(asdict(state.counters))
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, meta=np.frombuffer(meta.encode(), np.uint8), **arrays)
    write_bytes(state_file(run, stage), stream.getvalue())


def load_state(run: Path, stage: str) -> State | None:
    """The state of a stage, None before its first. Raises `ModelFileError` when it is damaged."""
    file = state_file(run, stage)
    if not file.is_file():
        return None
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as stored:
            meta = json.loads(stored["meta"].tobytes())
            groups = {group: _group(stored, group) for group in _GROUPS}
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelFileError(
            f"{str(file)!r} is damaged: {error}", tip="remove the RUN folder and train from the start"
        ) from error
    return State(counters=from_json(Counters, meta, where=file.name), **groups)


def has_progress(run: Path) -> bool:
    """Whether a stage has at least one epoch behind it."""
    stages = [file.name.removesuffix(".state.npz") for file in (run / FOLDER).glob("*.state.npz")]
    states = [load_state(run, stage) for stage in stages]
    return any(state is not None and state.counters.epoch > 0 for state in states)


def network_variables(model: Any) -> list[Any]:
    """What changes while `model` is fitted: weights and random generators, without the metrics' counters."""
    metrics = {id(variable) for metric in model.metrics for variable in metric.variables}
    return [variable for variable in model.variables if id(variable) not in metrics]


def optimizer_variables(optimizer: Any) -> list[Any]:
    """The optimizer's counters and moments."""
    sums = {id(variable) for variable in gradient_sums(optimizer)}
    return [variable for variable in optimizer.variables if id(variable) not in sums]


def gradient_sums(optimizer: Any) -> list[Any]:
    """The sums of gradients of a step that is not complete; none where every batch is a step."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)  # inside a LossScaleOptimizer of mixed_float16
    return list(inner._accumulated_gradients) if inner.gradient_accumulation_steps else []


def assign(variables: list[Any], arrays: Arrays) -> None:
    """Put stored values back."""
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _group(stored: Any, group: str) -> Arrays:
    count = sum(name.startswith(f"{group}/") for name in stored.files)
    return tuple(stored[f"{group}/{index}"] for index in range(count))
