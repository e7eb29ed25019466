"""The made-up results and tiny models of tests/benchmarks, and contenders made of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.benchmarks.conftest import (
    make_environment,
    make_result,
    make_run,
    models,
    pictures,
    write_model,
    write_picture,
)

from peers.contenders import CONTENDERS, Contender
from peers.prepare import Prepared

__all__ = [
    "make_environment",
    "make_result",
    "make_run",
    "models",
    "pictures",
    "write_model",
    "write_picture",
]

PreparedFactory = Callable[..., Prepared]


@pytest.fixture
def contender() -> Callable[[str], Contender]:
    return {each.file: each for each in CONTENDERS}.__getitem__


@pytest.fixture
def prepared(contender: Callable[[str], Contender], tmp_path: Path) -> PreparedFactory:
    """A contender that is ready, or that has failed."""

    def make(file: str, failure: str | None = None) -> Prepared:
        ready = failure is None
        return Prepared(
            contender=contender(file),
            file=tmp_path / file if ready else None,
            bytes=612_345 if ready else None,
            installed=123_000_000 if ready else None,
            failure=failure,
        )

    return make
