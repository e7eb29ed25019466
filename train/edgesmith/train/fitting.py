"""Fitting one stage: early stopping, best checkpoint, state for a resume, history; the same for every recipe."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edgesmith.train.backend import keras
from edgesmith.train.batches import Augmenter, Examples, Order, in_order, inputs_in_order, shuffled
from edgesmith.train.callbacks import Journal, Keeper, Reporter, StopAtNaN, capture
from edgesmith.train.checkpoint import (
    Counters,
    State,
    assign,
    gradient_sums,
    load_state,
    network_variables,
    optimizer_variables,
    save_state,
)
from edgesmith.train.epoch import Criterion
from edgesmith.train.machine.devices import jit_compile
from edgesmith.train.machine.division import current_division
from edgesmith.train.machine.shared import LocalForward, SharedValidation, predict_together
from edgesmith.train.machine.spreading import all_hosts, spread
from edgesmith.train.memory import batch_counters, is_out_of_memory, require_one_host, with_smaller_batches
from edgesmith.train.optimizers import make_optimizer
from edgesmith.train.plan import OptimizerName


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How one stage is fitted.

    `rate`: the learning rate that it begins with; it falls to zero along half a cosine, unless `constant_rate`.
    `patience`: epochs without a better one before it ends. `label_smoothing`: the share 0..1 of the target that is
    spread over all classes. `chosen_by`: what makes an epoch the best.
    """

    name: str
    epochs: int
    patience: int
    rate: float
    batch_size: int
    seed: int
    optimizer: OptimizerName = "adam"
    constant_rate: bool = False
    label_smoothing: float = 0.0
    augmenter: Augmenter | None = None
    chosen_by: Criterion = "val_loss"


def fit(
    model: Any, *, training: Examples, validation: Examples, stage: Stage, journal: Journal, saved: Any = None
) -> float:
    """Fit `model` [.. → probabilities]; it ends with its best weights. Returns the best value of `chosen_by`.

    A stage that was finished before a kill is restored, one that was begun goes on after its last whole epoch.
    Where memory does not suffice the batch is halved, and twice as many make a step. `saved`: the network that
    `checkpoint/<stage>.keras` keeps, where it is a part of `model`. Raises `EdgesmithError` for a loss that is
    no number.
    """
    state = load_state(journal.run, stage.name)
    if state is not None:
        journal.history.extend(state.counters.epochs)
        journal.progress.say(f"{stage.name}: {state.counters.epoch} epochs were done before")
    while state is None or not state.counters.finished:
        try:
            state = _fit_on(model, state, (training, validation), stage, journal, saved or model)
        except Exception as error:
            kept = load_state(journal.run, stage.name)
            if kept is None or not is_out_of_memory(error):
                raise
            require_one_host(error)
            places = batch_counters(model.optimizer)
            state = with_smaller_batches(
                kept, error, batch_size=stage.batch_size, places=places, say=journal.progress.say
            )
            save_state(journal.run, stage.name, state)
    assign(network_variables(model), state.variables)
    return state.counters.best


def predict(model: Any, examples: Examples, *, batch_size: int, advance: Callable[[int], None]) -> Any:
    """The model's outputs, float32 [n, d], in the order of the examples; `advance(1)` after each batch.

    Where memory does not suffice for a batch, it is halved, and the outputs begin anew.
    """
    division = current_division()
    if division.hosts > 1:
        return predict_together(
            LocalForward(model), examples, division=division, batch_size=batch_size, advance=advance
        )
    callback = keras.callbacks.LambdaCallback(on_predict_batch_end=lambda *_, **__: advance(1))
    while True:
        inputs = inputs_in_order(examples, batch_size=batch_size, division=division)
        try:
            return model.predict(inputs, verbose=0, callbacks=[callback])
        except Exception as error:
            if batch_size == 1 or not is_out_of_memory(error):
                raise
            batch_size //= 2


def _fit_on(
    model: Any,
    state: State | None,
    data: tuple[Examples, Examples],
    stage: Stage,
    journal: Journal,
    saved: Any,
) -> State:
    training, validation = data
    counters = _fresh(stage) if state is None else state.counters
    steps, outputs = training.steps(counters.micro_batch), model.output.shape[-1]
    _compile(model, stage, counters, steps=steps * stage.epochs)
    state = _begin(model, state, counters, stage, journal)
    stopping = keras.callbacks.EarlyStopping(
        monitor=stage.chosen_by, patience=stage.patience, restore_best_weights=True
    )
    keeper = Keeper(stage.name, stage.epochs, journal, begin=state, stopping=stopping, saved=saved)
    left, division = range(counters.epoch, stage.epochs), current_division()
    batches = shuffled(
        training,
        Order(batch_size=counters.micro_batch, seed=stage.seed, epochs=left),
        outputs=outputs,
        division=division,
        augmenter=stage.augmenter,
    )
    shared, judged = [], None
    if division.hosts > 1:
        shared = [SharedValidation(validation, division=division, batch_size=counters.micro_batch)]
    else:
        judged = in_order(validation, batch_size=counters.micro_batch, outputs=outputs, division=division)
    with journal.progress.stage(stage.name, total=steps * len(left)) as advance, spread(model):
        reporter = Reporter(stage.name, stage.epochs, journal, advance)
        model.fit(
            batches,
            validation_data=judged,
            initial_epoch=counters.epoch,
            epochs=stage.epochs,
            steps_per_epoch=steps,
            verbose=0,
            shuffle=False,  # the dataset has shuffled
            callbacks=[*shared, StopAtNaN(stage.name), stopping, reporter, keeper],
        )
    return keeper.state


def _begin(model: Any, state: State | None, counters: Counters, stage: Stage, journal: Journal) -> State:
    """Put a compiled model where `state` was; without one, keep how it begins."""
    if state is not None:
        _restore(model, state)
        return state
    state = capture(model, counters)
    save_state(journal.run, stage.name, state)
    return state


def _fresh(stage: Stage) -> Counters:
    return Counters(
        epoch=0,
        finished=False,
        micro_batch=stage.batch_size,
        accumulated=1,
        best=0.0,
        best_epoch=0,
        wait=0,
        epochs=(),
    )


def _compile(model: Any, stage: Stage, counters: Counters, *, steps: int) -> None:
    kind = (
        keras.losses.BinaryCrossentropy
        if model.output.shape[-1] == 1
        else keras.losses.CategoricalCrossentropy
    )
    optimizer = make_optimizer(
        stage.optimizer,
        rate=stage.rate,
        steps=None if stage.constant_rate else steps,
        accumulated=counters.accumulated,
    )
    with all_hosts():
        model.compile(
            optimizer=optimizer,
            loss=kind(label_smoothing=stage.label_smoothing),
            metrics=["accuracy"],
            jit_compile=jit_compile(),
        )
    model.optimizer.build(model.trainable_variables)


def _restore(model: Any, state: State) -> None:
    assign(network_variables(model), state.variables)
    assign(optimizer_variables(model.optimizer), state.optimizer)
    if state.gradient_sums:
        assign(gradient_sums(model.optimizer), state.gradient_sums)
