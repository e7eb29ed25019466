"""A model file as a page's `config.json` describes it."""

import hashlib
from pathlib import Path
from typing import Any

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.modelfile import format_of


def model_config(path: Path, content: bytes, classifier: Classifier, *, index: int) -> dict[str, Any]:
    """What a page must know to run the file by itself and to check its golden answers; JSON's types only.

    `content`: the file's bytes as they are served at `models/{index}`; `classifier`: the opened file. `images` is empty;
    the benchmark fills it.
    """
    spec, engine = classifier.spec, classifier.engine
    return {
        "index": index,
        "file": path.name,
        "name": spec.name,
        "format": format_of(path),
        "precision": spec.precision,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "labels": list(spec.labels),
        "input": {
            "height": spec.input.height,
            "width": spec.input.width,
            "channels": spec.input.channels,
            "dtype": engine.input_dtype.name,
            "resize": spec.input.resize,
            "crop_fraction": spec.input.crop_fraction,
            "interpolation": spec.input.interpolation,
        },
        "golden": [list(row) for row in spec.golden.outputs],
        "golden_bound": spec.golden.tolerance,
        "output_dtype": engine.output_dtype.name,
        "images": [],
    }
