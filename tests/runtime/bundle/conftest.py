import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def deploy(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DEPLOY folder: float32 and int8 `.onnx`, float32 `.tflite`, and convert's record."""
    folder = tmp_path_factory.mktemp("deploy")
    for name in ("float onnx", "uint8 onnx", "float tflite"):
        shutil.copy(models[name], folder)
    (folder / "convert.json").write_text("{}")
    return folder
