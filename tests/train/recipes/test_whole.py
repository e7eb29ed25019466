from collections.abc import Callable
from dataclasses import replace

from edgesmith.train.backend import keras
from edgesmith.train.recipes.task import Task
from edgesmith.train.recipes.whole import whole_network

MakeTask = Callable[..., Task]


def test_statistics_of_batch_normalisation_keep_up(make_task: MakeTask) -> None:
    task = make_task("scratch")
    task.body.get_layer("block_1_bn").momentum, task.body.get_layer("block_2_bn").momentum = 0.999, 0.8

    model = whole_network(task)

    assert [model.get_layer(f"block_{index}_bn").momentum for index in (1, 2, 3)] == [0.9, 0.8, 0.9]


def test_the_plans_dropout_is_in_the_head(make_task: MakeTask) -> None:
    assert whole_network(make_task("scratch", dropout=0.35)).get_layer("dropout").rate == 0.35


def test_network_of_the_users_own_stays_as_it_was_built(make_task: MakeTask) -> None:
    task = make_task("scratch")
    own = keras.Sequential(
        [keras.Input((24, 24, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    )
    network = replace(task.plan.network, body=None, classifier=lambda spec, classes: own)

    assert whole_network(replace(task, body=own, plan=replace(task.plan, network=network))) is own
