"""Every recipe by its name on the command line."""

from collections.abc import Callable

from edgesmith.train.plan import Recipe
from edgesmith.train.recipes.distill import train_distill
from edgesmith.train.recipes.features import train_features
from edgesmith.train.recipes.features_augment import train_features_augment
from edgesmith.train.recipes.finetune import train_finetune
from edgesmith.train.recipes.quantize_aware import train_quantize_aware
from edgesmith.train.recipes.scratch import train_scratch
from edgesmith.train.recipes.task import Task, Trained

RECIPES: dict[Recipe, Callable[[Task], Trained]] = {
    "features": train_features,
    "features-augment": train_features_augment,
    "finetune": train_finetune,
    "scratch": train_scratch,
    "scratch-augment": train_scratch,
    "distill": train_distill,
    "quantize-aware": train_quantize_aware,
}
