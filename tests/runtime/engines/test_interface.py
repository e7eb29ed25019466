"""What every engine promises: threads may share it, and closed is closed."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.errors import EngineError

ROUNDS = 2000


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads change over as often as Python can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
def test_two_threads_each_get_their_own_answer(model: Path) -> None:
    engine = open_engine(model, threads=1)

    def wrong(colour: tuple[int, int, int]) -> int:
        pixels = np.full((1, 8, 8, 3), colour, np.uint8)
        return sum(int(engine.run(pixels).argmax()) != np.argmax(colour) for _ in range(ROUNDS))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(wrong, [(255, 0, 0), (0, 0, 255)])) == [0, 0]


def test_closed_is_closed(model: Path) -> None:
    classify = Classifier(model, threads=1)
    classify.close()
    classify.close()
    with pytest.raises(EngineError, match=f"{model.name}: the classifier is closed"):
        classify(np.zeros((8, 8, 3), np.uint8))
