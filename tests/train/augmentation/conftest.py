import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture(scope="session")
def images() -> NDArray[np.float32]:
    """Eight smooth pictures of 24×20 pixels, all different, float32 0..255."""
    y, x = np.mgrid[:24, :20]
    waves = [
        np.sin(x / (3 + n) + n)[..., None] * np.cos(y[..., None] / np.array([4, 5, 6])) for n in range(8)
    ]
    return (np.stack(waves) * 127.5 + 127.5).astype(np.float32)
