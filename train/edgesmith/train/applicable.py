"""Options that a recipe would not heed are refused: silence would let the user believe in them."""

from edgesmith.runtime.errors import OptionError
from edgesmith.train.augmentation.settings import Augmentation
from edgesmith.train.plan import Recipe, TrainingPlan

# Options that belong to some recipes only.
_ONLY: dict[str, tuple[Recipe, ...]] = {
    "unfreeze_from": ("finetune",),
    "head_learning_rate": ("finetune",),
    "teacher": ("distill",),
    "temperature": ("distill",),
    "start_from": ("quantize-aware",),
}

# Options that some recipes have no use for, and why.
_NOT_FOR: dict[str, dict[Recipe, str]] = {
    "augmentation": {
        "features": "its network sees each image once; features-augment sees changed ones",
        "quantize-aware": "the rounding is learnt on images as the device sees them",
    },
    "dropout": {"quantize-aware": "the network is the RUN's"},
}


# Recipes that have not been made to divide their batches among hosts.
_ON_ONE_HOST: tuple[Recipe, ...] = ("distill", "quantize-aware")


def require_applicable(plan: TrainingPlan, recipe: Recipe) -> None:
    """Raise `OptionError` for an option that `recipe` does not heed."""
    for name, recipes in _ONLY.items():
        if getattr(plan, name) is not None and recipe not in recipes:
            raise OptionError(
                f"{_flag(name)} belongs to the recipe {' or '.join(recipes)}, and this one is {recipe!r}",
                tip=f"--recipe {recipes[0]}, or leave {_flag(name)} out",
            )
    for name, reasons in _NOT_FOR.items():
        if getattr(plan, name) not in (None, Augmentation()) and recipe in reasons:
            raise OptionError(
                f"{_flag(name)} with the recipe {recipe!r}: {reasons[recipe]}",
                tip=f"leave {_flag(name)} out; `edgesmith train --help` describes the recipes",
            )
    if plan.machine.distribute == "hosts" and recipe in _ON_ONE_HOST:
        raise OptionError(
            f"the recipe {recipe!r} trains on one host only", tip="leave out --distribute hosts"
        )


def _flag(name: str) -> str:
    return {"start_from": "--from"}.get(name, f"--{name.replace('_', '-')}")
