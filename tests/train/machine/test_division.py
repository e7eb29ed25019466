import numpy as np
import pytest

from edgesmith.train.backend import tf
from edgesmith.train.batches import Examples, inputs_in_order
from edgesmith.train.machine.division import ONE_DEVICE, Division, current_division


def parts(count: int, division: Division) -> tuple[list[int], list[float]]:
    chosen, counts = division.own_part(tf.range(10, 10 + count, dtype=tf.int64))
    return chosen.numpy().tolist(), counts.numpy().tolist()


def test_one_device_gets_the_batch_as_it_is() -> None:
    assert parts(3, ONE_DEVICE) == ([10, 11, 12], [1, 1, 1])


def test_hosts_get_the_batch_in_order() -> None:
    first, second = (Division(devices=4, hosts=2, host=host) for host in (0, 1))

    assert parts(8, first) == ([10, 11, 12, 13], [1, 1, 1, 1])
    assert parts(8, second) == ([14, 15, 16, 17], [1, 1, 1, 1])


@pytest.mark.parametrize("devices", [2, 3, 4], ids="{} devices".format)
@pytest.mark.parametrize("count", [1, 2, 5, 7], ids="{} examples".format)
def test_mean_over_all_rows_is_that_of_the_examples(count: int, devices: int) -> None:
    values = np.random.default_rng(0).normal(size=10 + count)
    hosts = [Division(devices=devices, hosts=devices, host=host) for host in range(devices)]

    rows: list[int] = []
    counts: list[float] = []
    for host in hosts:
        own_rows, own_counts = parts(count, host)
        rows += own_rows
        counts += own_counts

    assert len(rows) % devices == 0
    assert len(rows) < count + devices
    assert set(rows) == set(range(10, 10 + count))
    assert np.mean(values[rows] * counts) == pytest.approx(values[10:].mean())


def test_alone_there_is_one_device() -> None:
    assert current_division() == ONE_DEVICE


@pytest.mark.parametrize("devices", [2, 3], ids="{} devices".format)
@pytest.mark.parametrize("count", [6, 9, 16, 17, 23], ids="{} examples".format)
def test_batches_in_order_leave_no_device_empty(count: int, devices: int) -> None:
    examples = Examples(
        load=lambda indices: np.asarray(indices, np.float32)[:, None],
        shape=(1,),
        dtype=np.float32,
        one_hot=np.eye(2, dtype=np.float32)[np.zeros(count, int)],
        weights=np.ones(count, np.float32),
    )

    batches = [
        batch.numpy()[:, 0].tolist()
        for batch in inputs_in_order(examples, batch_size=8, division=Division(devices=devices))
    ]

    assert [number for batch in batches for number in batch] == list(range(count))
    assert all(len(batch) % devices == 0 for batch in batches[:-1])
    assert all(devices <= len(batch) <= 8 for batch in batches)
