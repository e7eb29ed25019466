import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.serve.workers import Workers
from edgesmith.runtime.web.problems import RefusedError


@pytest.fixture
def workers(models: dict[str, Path], request: pytest.FixtureRequest) -> Callable[..., Workers]:
    def make(count: int = 2, **options: Any) -> Workers:
        made = Workers([Classifier(models["float tflite"], threads=1) for _ in range(count)], **options)
        request.addfinalizer(made.close)
        return made

    return make


def test_each_thread_has_an_engine_of_its_own(workers: Callable[..., Workers]) -> None:
    pool = workers(3, waiting=10, seconds=5.0)
    together = threading.Barrier(3)

    def work(classifier: Classifier) -> tuple[int, int]:
        together.wait(5)
        return threading.get_ident(), id(classifier.engine)

    async def run() -> list[tuple[int, int]]:
        return await asyncio.gather(*(pool.run(work) for _ in range(3)))

    threads, engines = zip(*asyncio.run(run()), strict=True)
    assert len(set(threads)) == len(set(engines)) == 3


def test_what_work_raises_is_raised_and_the_worker_goes_on(workers: Callable[..., Workers]) -> None:
    pool = workers(1, waiting=1, seconds=5.0)

    def fail(_: Classifier) -> None:
        raise ValueError("bad")

    async def run() -> str:
        with pytest.raises(ValueError, match="bad"):
            await pool.run(fail)
        return await pool.run(lambda classifier: classifier.spec.name)

    assert asyncio.run(run()) == "colours"
    assert pool.accepted == 0


def test_the_queue_ends(workers: Callable[..., Workers]) -> None:
    pool, held = workers(1, waiting=2, seconds=5.0), threading.Event()

    async def run() -> list[Any]:
        tasks = [asyncio.ensure_future(pool.run(lambda _: held.wait(5))) for _ in range(5)]
        while sum(task.done() for task in tasks) < 2:
            await asyncio.sleep(0.001)
        held.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(run())
    assert [result is True for result in results] == [True, True, True, False, False], (
        "first come, first served"
    )
    assert {result.status for result in results[3:]} == {429}


def test_what_waited_too_long_is_not_worked_on(workers: Callable[..., Workers]) -> None:
    pool, held, begun = workers(1, waiting=2, seconds=0.1), threading.Event(), []

    async def run() -> Any:
        first = pool.run(lambda _: held.wait(5))
        second = pool.run(lambda _: begun.append(1))
        results = await asyncio.gather(first, second, return_exceptions=True)
        assert pool.accepted == 2, "the first is still worked on, the second still in the queue"
        held.set()
        await pool.drain()
        return results

    results = asyncio.run(run())
    assert [result.status for result in results] == [503, 503]
    assert begun == []


def test_drained(workers: Callable[..., Workers]) -> None:
    pool, held = workers(1, waiting=2, seconds=5.0), threading.Event()

    async def run() -> Any:
        task = asyncio.ensure_future(pool.run(lambda _: held.wait(5)))
        await asyncio.sleep(0)
        drained = asyncio.ensure_future(pool.drain())
        await asyncio.sleep(0.05)
        assert not drained.done()
        with pytest.raises(RefusedError) as raised:
            await pool.run(lambda _: None)
        assert (raised.value.status, raised.value.headers["connection"]) == (503, "close")
        held.set()
        await asyncio.wait_for(drained, 5)
        return await task

    assert asyncio.run(run()) is True


def test_a_loop_that_was_ended_by_force(workers: Callable[..., Workers]) -> None:
    pool, begun, held = workers(1, waiting=2, seconds=5.0), threading.Event(), threading.Event()

    def work(_: Classifier) -> None:
        begun.set()
        held.wait(5)

    async def run() -> None:
        task = asyncio.ensure_future(pool.run(work))
        await asyncio.sleep(0)
        assert begun.wait(5)
        task.cancel()

    asyncio.run(run())
    held.set()
    pool.close()  # a thread that died of the closed loop would be a warning, which is an error here
