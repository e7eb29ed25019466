"""A small network learns from the answers of a larger one (Hinton et al., arXiv:1503.02531).

`edgesmith train flowers5 -o RUN --recipe distill --teacher TEACHER --model mobilenet_v2 --alpha 0.35 --weights FILE`;
measured in docs/training.md. The teacher sees the very images that the student sees, augmentation included
(Beyer et al., arXiv:2106.05237, found that to matter most).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from edgesmith.runtime.errors import OptionError
from edgesmith.train.backend import keras
from edgesmith.train.recipes.task import Task, Trained, fit_on_images, scored_by
from edgesmith.train.recipes.whole import whole_network
from edgesmith.train.start import Start, load_classifier

# Of the loss; the rest is the cross-entropy with the labels. Hinton et al. found a low weight of the labels best.
_TEACHER_SHARE = 0.9


def train_distill(task: Task) -> Trained:
    """Fit the whole student on the labels and on the teacher's softened answers."""
    teacher, temperature = task.plan.teacher, task.plan.fitting.temperature
    if teacher is None or temperature is None:
        raise OptionError(
            "the recipe 'distill' learns from a finished RUN, and none is named", tip="--teacher RUN"
        )
    student = whole_network(task)
    pupil = Pupil(student, softened(teacher, temperature), temperature)
    fit_on_images(pupil, task, task.stage("distill"), saved=student)
    return Trained(model=student, score=scored_by(student, task))


class Pupil(keras.Model):  # type: ignore[misc] # Keras ships no types
    """The student with a loss of its own; it shares the student's weights. Images [n, h, w, c] to probabilities."""

    def __init__(self, student: Any, taught: Callable[[Any], Any], temperature: float) -> None:
        super().__init__(inputs=student.inputs[0], outputs=student.outputs[0], name="pupil")
        self._taught = taught
        self._temperature = temperature

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The labels' cross-entropy, and in training the teacher's, at its temperature, times T² as in the paper."""
        labels = super().compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)
        if not training:
            return labels
        wanted = keras.ops.stop_gradient(self._taught(x))
        answer = soften(y_pred, self._temperature)
        divergence = keras.ops.mean(keras.losses.kl_divergence(wanted, answer)) * self._temperature**2
        return _TEACHER_SHARE * divergence + (1 - _TEACHER_SHARE) * labels


def softened(teacher: Start, temperature: float) -> Callable[[Any], Any]:
    """A function from raw pixels of the student's size to the teacher's softened probabilities [n, classes]."""
    model = load_classifier(teacher)
    model.trainable = False
    spec = teacher.record.input
    resize = keras.layers.Resizing(spec.height, spec.width)

    def answer(images: Any) -> Any:
        return soften(model(resize(keras.ops.cast(images, "float32")), training=False), temperature)

    return answer


def soften(probabilities: Any, temperature: float) -> Any:
    """Probabilities [n, k] at a temperature; one of a sigmoid [n, 1] becomes two.

    Of probabilities, the softmax at temperature T is the T-th root, made to sum to 1.
    """
    ops = keras.ops
    if probabilities.shape[-1] == 1:
        probabilities = ops.concatenate([1 - probabilities, probabilities], axis=-1)
    least = float(np.finfo(np.float32).tiny)
    return ops.softmax(ops.log(ops.maximum(probabilities, least)) / temperature, axis=-1)
