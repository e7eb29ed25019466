import hashlib
import json
from pathlib import Path

import pytest

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.web.modelconfig import model_config


@pytest.mark.parametrize(
    ("name", "kind", "dtype"),
    [
        ("float tflite", "tflite", "float32"),
        ("uint8 onnx", "onnx", "uint8"),
        ("int8 tflite", "tflite", "int8"),
    ],
)
def test_entry(models: dict[str, Path], name: str, kind: str, dtype: str) -> None:
    path = models[name]
    with Classifier(path, threads=1) as classify:
        entry = model_config(path, path.read_bytes(), classify, index=2)
    assert json.loads(json.dumps(entry, allow_nan=False)) == entry
    assert entry["index"] == 2
    assert (entry["format"], entry["input"]["dtype"], entry["output_dtype"]) == (kind, dtype, dtype)
    assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert entry["bytes"] == path.stat().st_size
    assert entry["labels"] == ["red", "green", "blue"]
    assert len(entry["golden"]) == 4
    assert (entry["input"]["height"], entry["input"]["width"], entry["input"]["channels"]) == (8, 8, 3)
