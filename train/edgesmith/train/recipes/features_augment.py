"""A linear classifier behind a frozen network that sees changed images, others in every epoch.

`edgesmith train cats_dogs -o RUN --model efficientnet_lite0 --recipe features-augment`; measured in docs/training.md.
"""

from edgesmith.train.recipes.task import Task, Trained, fit_on_images, scored_by
from edgesmith.train.zoo.network import build_head, join


def train_features_augment(task: Task) -> Trained:
    """Fit the head inside the whole network, whose other layers stay as they are."""
    head = build_head(
        task.body.output.shape[-1], len(task.labels), dropout=task.plan.fitting.dropout, sigmoid=task.sigmoid
    )
    task.body.trainable = False
    model = join(task.body, head, name=task.plan.network.name)
    fit_on_images(model, task, task.stage("features-augment"))
    return Trained(model=model, score=scored_by(model, task))
