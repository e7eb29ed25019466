from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.runrecord import DataRecord, RunRecord
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.backend import keras
from edgesmith.train.recipes.distill import Pupil, soften, softened, train_distill
from edgesmith.train.recipes.task import Task
from edgesmith.train.start import Start

MakeTask = Callable[..., Task]
MakeTeacher = Callable[..., Path]


@pytest.fixture
def make_teacher(tmp_path: Path) -> MakeTeacher:
    """make_teacher(size=32): a RUN that calls bright red pictures red, all others blue."""

    def make(
        *, size: int = 32, channels: int = 3, labels: tuple[str, ...] = ("blue", "red"), sigmoid: bool = False
    ) -> Path:
        run = tmp_path / "teacher"
        run.mkdir()
        inputs = keras.Input((size, size, channels))
        tensor = keras.layers.GlobalAveragePooling2D()(inputs)
        tensor = keras.layers.Dropout(0.9)(tensor)
        dense = keras.layers.Dense(1, "sigmoid") if sigmoid else keras.layers.Dense(len(labels), "softmax")
        model = keras.Model(inputs, dense(tensor))
        kernel = np.zeros(dense.kernel.shape, np.float32)
        kernel[0, -1] = 0.1
        bias = np.zeros(dense.bias.shape, np.float32)
        bias[-1] = -10
        dense.set_weights([kernel, bias])
        model.save(run / "model.keras")
        RunRecord(
            labels=labels,
            input=InputSpec(height=size, width=size, channels=channels),
            data=DataRecord(root="/", sha256="0", train=(), val=(), test=()),
            plan={"seed": 0},
            metrics={},
            environment={},
            seconds={},
        ).save(run)
        return run

    return make


def start(run: Path) -> Start:
    return Start(run=run, record=RunRecord.load(run))


@pytest.mark.parametrize("sigmoid", [False, True], ids=["softmax", "sigmoid"])
def test_student_learns_from_a_teacher_of_another_input_size(
    make_task: MakeTask, make_teacher: MakeTeacher, sigmoid: bool
) -> None:
    task = make_task(
        "distill",
        teacher=make_teacher(size=32, sigmoid=sigmoid),
        epochs=12,
        learning_rate=0.02,
        head="sigmoid" if sigmoid else "softmax",
    )

    trained = train_distill(task)

    epochs = task.journal.history.epochs
    assert epochs[-1].loss < epochs[0].loss
    assert type(trained.model).__name__ == "Functional"
    assert trained.score("test").shape == (8, 2)
    saved = keras.saving.load_model(task.journal.run / "checkpoint" / "distill.keras")
    for one, other in zip(saved.get_weights(), trained.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_teachers_answer_counts_more_than_the_label(
    make_task: MakeTask, make_teacher: MakeTeacher
) -> None:
    """The labels are turned round: what the student answers is what the teacher says."""
    task = make_task("distill", teacher=make_teacher(), epochs=15, learning_rate=0.02, patience=15)
    task.images["train"].classes[:] = 1 - task.images["train"].classes

    trained = train_distill(task)

    # Chosen on validation images, which are labelled as the teacher answers.
    assert (trained.score("test").argmax(axis=1) == task.images["test"].classes).mean() >= 0.75


def test_teacher_of_another_colour_is_refused_in_words(
    make_task: MakeTask, make_teacher: MakeTeacher
) -> None:
    with pytest.raises(OptionError, match="looks at images of 1 channels, and the student at 3"):
        make_task("distill", teacher=make_teacher(channels=1))


def test_softened_probabilities_are_those_of_softened_logits() -> None:
    logits = np.array([[3.0, 1.0, -2.0], [200.0, 0.0, -200.0]], np.float32)

    found = soften(keras.ops.softmax(logits), 4.0)

    np.testing.assert_allclose(found[0], keras.ops.softmax(logits[0] / 4), rtol=1e-5)
    assert np.isfinite(np.asarray(found)).all()
    np.testing.assert_allclose(np.asarray(found).sum(axis=1), 1, rtol=1e-6)


def test_one_sigmoid_becomes_two_probabilities() -> None:
    np.testing.assert_allclose(soften(np.array([[0.25]], np.float32), 1.0), [[0.75, 0.25]], rtol=1e-6)


def test_teacher_answers_without_dropout_whatever_the_size(make_teacher: MakeTeacher) -> None:
    answer = softened(start(make_teacher(size=32)), 1.0)
    red = np.full((1, 8, 8, 3), (200, 30, 30), np.uint8)

    np.testing.assert_allclose(answer(red), answer(red))
    assert np.asarray(answer(red)).argmax() == 1
    assert np.asarray(answer(255 - red)).argmax() == 0


def test_teacher_is_part_of_the_loss_in_training_alone() -> None:
    inputs = keras.Input((2,))
    student = keras.Model(inputs, keras.layers.Dense(2, "softmax")(inputs))
    taught = np.array([[1.0, 0.0]], np.float32)
    pupil = Pupil(student, lambda _: keras.ops.convert_to_tensor(taught), 2.0)
    pupil.compile(optimizer="sgd", loss=keras.losses.CategoricalCrossentropy())
    right, answer = np.array([[0.0, 1.0]], np.float32), np.array([[0.2, 0.8]], np.float32)

    judged = float(pupil.compute_loss(x=inputs, y=right, y_pred=answer, training=False))
    learnt = float(pupil.compute_loss(x=inputs, y=right, y_pred=answer, training=True))

    root = np.sqrt([0.2, 0.8])
    assert np.isclose(judged, -np.log(0.8), rtol=1e-5)
    assert np.isclose(learnt, 0.1 * judged + 0.9 * 4 * -np.log(root[0] / root.sum()), rtol=1e-4)


def test_teacher_has_no_weights_that_learn(make_teacher: MakeTeacher) -> None:
    inputs = keras.Input((8, 8, 3))
    student = keras.Model(inputs, keras.layers.Dense(2, "softmax")(keras.layers.Flatten()(inputs)))
    pupil = Pupil(student, softened(start(make_teacher()), 1.0), 1.0)

    assert len(pupil.variables) == len(student.variables) == 2
