import os
from collections.abc import Iterator

import pytest
from tests.benchmarks.devices.sshd import Sshd, missing_requirement, run_sshd


@pytest.fixture
def sshd(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """A device of this machine behind a real sshd; `ssh` on PATH knows its keys."""
    reason = missing_requirement()
    if reason is not None:
        pytest.skip(f"a real sshd: {reason}")
    with run_sshd(tmp_path_factory.mktemp("sshd")) as running:
        monkeypatch.setenv("PATH", f"{running.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
        yield running
