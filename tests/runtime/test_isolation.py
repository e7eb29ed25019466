"""Hostile files end a child process, never this one."""

import dataclasses
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgesmith.runtime import isolation
from edgesmith.runtime.errors import EdgesmithError, EngineError, ModelFileError
from edgesmith.runtime.isolation import Limits, verify_isolated
from edgesmith.runtime.spec import Golden, ModelSpec
from edgesmith.runtime.verify import verify

FAST = Limits(seconds=60)


def test_a_sound_file_gets_the_verdict_that_it_gets_here(model: Path) -> None:
    assert verify_isolated(model, threads=1) == verify(model, threads=1)


def test_errors_arrive_as_they_are(models: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"gone\.onnx': no such model file"):
        verify_isolated(tmp_path / "gone.onnx")
    with pytest.raises(EngineError, match="onnxruntime does not run") as caught:
        verify_isolated(models["float tflite"], engine="onnxruntime")
    assert "ai-edge-litert" in str(caught.value.tip)


def _no_subgraph(model: Any) -> None:
    model.subgraphs = None


def _huge_input(model: Any) -> None:
    model.subgraphs[0].tensors[0].shape = [1, 8, 16_777_224, 3]


def _huge_logits(model: Any) -> None:
    model.subgraphs[0].tensors[4].shape = [1, 2_130_706_435]


def _operand_of_another_size(model: Any) -> None:
    model.subgraphs[0].tensors[3].shape = [3, 300_000]


@pytest.fixture
def hostile(bare_tflite: bytes, make_spec: Callable[..., ModelSpec], tmp_path: Path) -> Callable[..., Path]:
    """A `.tflite` with sound metadata that state no hash, and a model changed by the given function."""

    def make(change: Callable[[Any], None]) -> Path:
        model = schema.ModelT.InitFromPackedBuf(bare_tflite, 0)
        change(model)
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        stream = io.BytesIO(bytes(builder.Output()))
        golden = Golden(outputs=((1.0, 0.0, 0.0),) * 4, tolerance=1.0, other_kernels=0.0)
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr("edgesmith.json", make_spec(golden=golden).to_json())
        file = tmp_path / "hostile.tflite"
        file.write_bytes(stream.getvalue())
        return file

    return make


@pytest.mark.parametrize(
    "change", [_no_subgraph, _huge_input, _huge_logits, _operand_of_another_size], ids=lambda f: f.__name__
)
def test_files_that_crashed_or_swelled_an_engine(
    change: Callable[[Any], None], hostile: Callable[..., Path]
) -> None:
    """Found by mutation: without a subgraph, LiteRT 2.3 ends in SIGSEGV; the huge ones took gigabytes."""
    with pytest.raises(EdgesmithError, match=r"hostile\.tflite: "):
        verify_isolated(hostile(change), threads=1, limits=FAST)


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the child run this code instead."""
    return lambda code: monkeypatch.setattr(isolation, "_CHILD", code)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os; os.kill(os.getpid(), 11)", r"the engine crashed \(SIGSEGV\)"),
        ("import os; os.abort()", r"the engine crashed \(SIGABRT\)"),
        ("import os; os.kill(os.getpid(), 9)", "was killed, probably because memory ran out"),
        ("import sys; sys.stdin.read(); sys.exit(7)", "ended with exit code 7"),
        ("import sys; sys.stdin.read()", "ended without an answer"),
        ("import sys; sys.stdin.read(); print('{\"file\": ')", "ended without an answer"),
        ("import sys; sys.stdin.read(); print(5)", "ended without an answer"),
    ],
    ids=["a signal", "abort", "the OOM killer's", "an exit code", "silence", "half an answer", "no object"],
)
def test_a_dead_child_becomes_an_error(
    code: str, message: str, child: Callable[[str], None], models: dict[str, Path]
) -> None:
    child(code)
    with pytest.raises(ModelFileError, match=rf"colours-float32\.onnx: .*{message}") as caught:
        verify_isolated(models["float onnx"])
    assert "do not use it" in str(caught.value.tip)


def test_a_child_that_never_answers_is_stopped_with_its_children(
    child: Callable[[str], None], models: dict[str, Path], tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    child(
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pid)!r}, 'w').write(str(p.pid)); time.sleep(600)"
    )
    started = time.monotonic()
    with pytest.raises(ModelFileError, match="stopped after 3 seconds"):
        verify_isolated(models["float onnx"], limits=Limits(seconds=3))
    assert time.monotonic() - started < 30
    _wait_until_dead(int(pid.read_text()))


def _wait_until_dead(pid: int) -> None:
    status = Path(f"/proc/{pid}/stat")
    for _ in range(100):
        if not status.exists() or status.read_text().split(") ")[1].startswith("Z"):
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the child's child lives on")


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_the_child_dies_with_its_parent() -> None:
    child = "from edgesmith.runtime.isolatedchild import main; main()"  # waits for a request on stdin
    parent = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdin=0, start_new_session=True)
time.sleep(3)  # for its imports
print(child.pid)
"""
    reading, writing = os.pipe()  # that is never written to, nor closed before the child should be dead
    try:
        finished = subprocess.run(
            [sys.executable, "-c", parent], stdin=reading, capture_output=True, timeout=60, check=True
        )
        _wait_until_dead(int(finished.stdout))
    finally:
        os.close(reading)
        os.close(writing)


def test_an_answer_that_nobody_waits_for_is_dropped_quietly(models: dict[str, Path]) -> None:
    request = isolation.Request(path=str(models["float onnx"]), engine=None, threads=1, memory_bytes=2**31)
    with subprocess.Popen(
        [sys.executable, "-c", "from edgesmith.runtime.isolatedchild import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, told = process.communicate(json.dumps(dataclasses.asdict(request)).encode())
    assert (process.returncode, told) == (1, b"")


def test_a_child_that_says_too_much(child: Callable[[str], None], models: dict[str, Path]) -> None:
    child("import sys; sys.stdin.read(); print('x' * 10_000_000)")
    with pytest.raises(EngineError, match="said more than it was asked"):
        verify_isolated(models["float onnx"])


def test_memory_is_limited(models: dict[str, Path]) -> None:
    with pytest.raises(EdgesmithError, match=r"colours-float32\.onnx: "):
        verify_isolated(models["float onnx"], limits=Limits(memory_bytes=20_000_000))
