from edgesmith.train.plan import RECIPE_NAMES
from edgesmith.train.recipes.defaults import RECIPE_DEFAULTS


def test_every_recipe_has_defaults_that_a_plan_could_state() -> None:
    assert set(RECIPE_DEFAULTS) == set(RECIPE_NAMES)
    for defaults in RECIPE_DEFAULTS.values():
        assert 1 <= defaults.patience <= defaults.epochs
        assert 0 < defaults.learning_rate < 0.1
        assert 0 <= defaults.dropout < 1
        assert 0 <= defaults.label_smoothing < 1


def test_the_recipes_that_are_named_for_it_augment() -> None:
    augmenting = {name for name, defaults in RECIPE_DEFAULTS.items() if defaults.augmentation is not None}

    assert {"scratch-augment", "features-augment"} <= augmenting
    assert not augmenting & {"features", "quantize-aware", "scratch"}
