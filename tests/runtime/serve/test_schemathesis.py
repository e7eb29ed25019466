"""More than a thousand requests that follow, bend and break the service's own OpenAPI description."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Pictures, whole and broken, where the description says `image/*`: else all bodies are noise.
HOOKS = """
import io
import schemathesis
from hypothesis import strategies as st
from PIL import Image

def picture(kind, width, height, keep):
    written = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(written, kind)
    return written.getvalue()[: int(keep * len(written.getvalue()))]

pictures = st.builds(
    picture,
    st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP"]),
    st.integers(1, 700), st.integers(1, 700), st.sampled_from([1.0, 1.0, 0.7, 0.1]),
)
schemathesis.openapi.media_type("image/*", st.one_of(pictures, st.binary(max_size=300)))
"""


@pytest.mark.slow
def test_a_thousand_requests(
    serving: Callable[..., Any], ask: Callable[..., Any], models: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "hooks.py").write_text(HOOKS)
    with serving(models["float tflite"]) as site:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            site.url("/openapi.json"),
            "--max-examples=1200",
            "--seed=1",
            "--generation-database=none",
            "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--no-color",
        ]
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(tmp_path)}
        finished = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=500
        )
        health = ask(site, "/health")[0]
        metrics = ask(site, "/metrics")[2].decode()
    report = finished.stdout + finished.stderr
    assert finished.returncode == 0, report
    assert health == 200
    cases = re.search(r"(\d+) generated", report)
    assert cases is not None, report
    assert int(cases[1]) >= 1000, report
    for status in (200, 400, 415, 422):  # else the requests were less various than they seem
        counted = re.search(rf'requests_total{{status="{status}"}} (\d+)', metrics)
        assert counted is not None, (status, metrics)
        assert int(counted[1]) >= 10, (status, metrics)
