"""What decoding at reduced scale does to the pixels of real photos, as sharp as cameras' own pixels never are."""

from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.images import decode, fit, load
from edgesmith.runtime.spec import InputSpec

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "cats_dogs" / "test" / "cats"


@pytest.mark.shared_data
@pytest.mark.parametrize(("side", "most"), [(18, 3.1), (28, 1.6), (40, 0.9), (56, 1.1)])
def test_pixels_stay_close(side: int, most: float) -> None:
    if not PHOTOS.is_dir():
        pytest.skip(f"{PHOTOS} is not here")
    spec = InputSpec(height=side, width=side, channels=3)
    differences = []
    for photo in sorted(PHOTOS.iterdir())[:100]:
        whole = decode(photo)
        if decode(photo, spec).size != whole.size:
            differences.append(np.abs(load(photo, spec).astype(int) - fit(whole, spec).astype(int)).mean())
    assert len(differences) > 80
    assert 0.1 < np.mean(differences) < most
