import platform
from pathlib import Path

import pytest

from edgesmith.train.environment import describe_environment, describe_gpus


def test_versions_and_hardware_without_the_name_of_the_machine() -> None:
    environment = describe_environment()

    assert environment["python"] == platform.python_version()
    assert {"tensorflow", "keras", "numpy", "pillow"} <= set(environment["packages"])
    assert environment["compute"]["policy"] == "float32"
    assert environment["compute"]["devices"] == 1
    assert environment["machine"]["cores"] >= 1
    assert environment["machine"]["memory_bytes"] > 2**28
    assert environment["machine"]["cpu"]
    assert platform.node() not in environment["machine"].values()


@pytest.mark.parametrize(
    ("script", "gpus"),
    [
        ("echo 'NVIDIA L4, 23034'\necho 'Orin, [N/A]'", [("NVIDIA L4", 23034 * 2**20), ("Orin", None)]),
        ("echo 'No devices were found'\nexit 6", []),
    ],
    ids=["two GPUs", "no driver"],
)
def test_gpus_are_those_of_the_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, gpus: list[tuple[str, int | None]]
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert [(gpu["name"], gpu["memory_bytes"]) for gpu in describe_gpus()] == gpus
