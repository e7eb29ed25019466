"""The whole network, from random weights or from those of `--weights FILE`.

`edgesmith train digits -o RUN --model separable_small`; measured in docs/training.md. `scratch-augment` is the same on
changed images, with more dropout.
"""

from edgesmith.train.recipes.task import Task, Trained, fit_on_images, scored_by
from edgesmith.train.recipes.whole import whole_network


def train_scratch(task: Task) -> Trained:
    """Fit everything at once, the learning rate falling along a cosine to zero."""
    model = whole_network(task)
    fit_on_images(model, task, task.stage(task.plan.recipe))
    return Trained(model=model, score=scored_by(model, task))
