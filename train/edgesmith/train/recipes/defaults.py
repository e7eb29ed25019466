"""What each recipe does where the user leaves a choice open. Free of heavy imports: plans are made from it."""

from dataclasses import dataclass

from edgesmith.train.augmentation.settings import PHOTOS, Augmentation
from edgesmith.train.plan import OptimizerName, Recipe

# Of a linear classifier on features; Keras' own rate of Adam.
HEAD_RATE = 1e-3
HEAD_EPOCHS = 60
HEAD_PATIENCE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeDefaults:
    """Of the last stage; fields as in `TrainingPlan`.

    `transfers`: whether it needs a pretrained network.
    """

    epochs: int
    patience: int
    learning_rate: float
    dropout: float = 0.2
    label_smoothing: float = 0.0
    optimizer: OptimizerName = "adam"
    augmentation: Augmentation | None = None
    transfers: bool = False


RECIPE_DEFAULTS: dict[Recipe, RecipeDefaults] = {
    "scratch": RecipeDefaults(epochs=30, patience=10, learning_rate=3e-3),
    "scratch-augment": RecipeDefaults(
        epochs=60, patience=20, learning_rate=3e-3, dropout=0.5, augmentation=PHOTOS
    ),
    "features": RecipeDefaults(
        epochs=HEAD_EPOCHS, patience=HEAD_PATIENCE, learning_rate=HEAD_RATE, transfers=True
    ),
    "features-augment": RecipeDefaults(
        epochs=15, patience=5, learning_rate=HEAD_RATE, augmentation=PHOTOS, transfers=True
    ),
    # Chosen on the validation images of flowers5 with MobileNetV2 0.35 (docs/training.md): without augmentation
    # and smoothing it is over-fitted after five epochs.
    "finetune": RecipeDefaults(
        epochs=10,
        patience=5,
        learning_rate=2e-4,
        label_smoothing=0.1,
        augmentation=PHOTOS,
        transfers=True,
    ),
    "distill": RecipeDefaults(epochs=30, patience=10, learning_rate=1e-3, augmentation=PHOTOS),
    # Kernels are in units of their channel's largest weight, where one of the 255 levels is 0.008.
    "quantize-aware": RecipeDefaults(epochs=5, patience=5, learning_rate=1e-4),
}
