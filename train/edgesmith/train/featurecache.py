"""Feature vectors of frozen networks on disk, by the content of all that decides on them."""

import hashlib
import io
import json
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.cache import cache_folder
from edgesmith.runtime.runrecord import ImageRecord
from edgesmith.runtime.spec import InputSpec

# Beyond it, the files that were not used for longest are removed: 2^30 bytes are 200,000 vectors of 1,280.
CACHE_LIMIT = 2**30

# The SHA-256 of an .npy, and the .npy: of a damaged one, NumPy may read anything.
_SUFFIX, _DIGEST_BYTES = ".features", 32


def features_key(body: Any, spec: InputSpec, images: Iterable[ImageRecord]) -> str:
    """SHA-256 over the network's layers and weights, the input, the contents of the images in their order."""
    whole = hashlib.sha256()
    versions = {name: version(name) for name in ("edgesmith", "keras", "pillow")}
    whole.update(json.dumps([body.to_json(), repr(spec), versions]).encode())
    for weights in body.get_weights():
        whole.update(np.ascontiguousarray(weights).data)
    for image in images:
        whole.update(image.sha256.encode())
    return whole.hexdigest()


def read_features(key: str) -> NDArray[np.float32] | None:
    """The vectors [n, d] that were kept under `key`, None where there are none or their file is damaged."""
    file = cache_folder("features") / f"{key}{_SUFFIX}"
    try:
        content = file.read_bytes()
        file.touch()
    except OSError:
        return None  # to be computed again: a cache may lose what it likes
    digest, array = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(array).digest() != digest:
        return None
    features: NDArray[np.float32] = np.load(io.BytesIO(array), allow_pickle=False)
    return features


def keep_features(key: str, features: NDArray[np.float32]) -> None:
    """Keep vectors [n, d], and forget the oldest files beyond `CACHE_LIMIT`. Raises `OutputError`."""
    stream = io.BytesIO()
    np.save(stream, features, allow_pickle=False)
    array = stream.getvalue()
    folder = cache_folder("features")
    write_bytes(folder / f"{key}{_SUFFIX}", hashlib.sha256(array).digest() + array)
    size = 0
    for file in sorted(folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True):
        size += file.stat().st_size
        if size > CACHE_LIMIT:
            file.unlink(missing_ok=True)
