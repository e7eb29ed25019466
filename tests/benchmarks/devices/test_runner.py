import io
import zipfile

from edgesmith.benchmarks.devices.remote.runner import runner_archive


def test_it_holds_the_runtime_and_the_worker_and_nothing_else() -> None:
    with zipfile.ZipFile(io.BytesIO(runner_archive())) as archive:
        names = archive.namelist()
    parts = {"/".join(name.split("/")[:3]) for name in names if name.startswith("edgesmith/b")}
    assert parts == {"edgesmith/benchmarks/__init__.py", "edgesmith/benchmarks/worker"}
    assert "edgesmith/runtime/classifier.py" in names
    assert not [name for name in names if "__pycache__" in name or "/train/" in name or "/convert/" in name]


def test_same_code_same_bytes() -> None:
    assert runner_archive() == runner_archive()
