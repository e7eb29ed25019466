from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.arm64.bed import missing_requirement
from tests.arm64.small_mobilenet import deploy_small_mobilenet, make_pictures, write_photos

from edgesmith.benchmarks.devices.emulated.bed import Bed


@pytest.fixture(scope="session")
def bed(request: pytest.FixtureRequest) -> Bed:
    """Emulated Pis, kept in pytest's cache folder over sessions; `pytest --cache-clear` removes them."""
    reason = missing_requirement()
    if reason is not None:
        pytest.skip(f"emulated Pis: {reason}")
    return Bed(folder=request.config.cache.mkdir("arm64"))


@pytest.fixture(scope="session")
def pictures() -> NDArray[np.uint8]:
    return make_pictures()


@pytest.fixture(scope="session")
def photos(pictures: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photos(tmp_path_factory.mktemp("arm64") / "photos", pictures)


@pytest.fixture(scope="session")
def deploy(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deploy_small_mobilenet(tmp_path_factory.mktemp("arm64"), photos)
