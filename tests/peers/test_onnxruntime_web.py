"""Our .onnx files in the browser's ONNX Runtime, run by Node; `benchmarks/peers/onnxruntime_web` does the work."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.arm64.small_mobilenet import deploy_small_mobilenet, make_pictures, write_photos

pytestmark = pytest.mark.slow

COMPARE = Path(__file__).parents[2] / "benchmarks/peers/onnxruntime_web/compare.py"


def test_outputs_are_those_of_onnxruntime_for_python(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are needed; `apt-get install nodejs npm` brings them")
    photos = write_photos(tmp_path / "photos", make_pictures())
    models = sorted(deploy_small_mobilenet(tmp_path, photos).glob("*.onnx"))
    work = request.config.cache.mkdir("onnxruntime_web")
    words = [*map(str, models), "--images", str(photos), "--count", "40", "--work", str(work)]
    result = subprocess.run(
        [sys.executable, str(COMPARE), *words], capture_output=True, text=True, check=True
    )
    by_name = {entry["file"]: entry for entry in json.loads(result.stdout)}
    assert by_name["colours-float32.onnx"]["max_abs_difference"] <= 1e-5
    assert by_name["colours-int8.onnx"]["max_abs_difference"] <= 1  # a step of 1/256
    assert [entry["top1_equal"] for entry in by_name.values()] == [40, 40]
