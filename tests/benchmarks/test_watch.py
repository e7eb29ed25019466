import subprocess
import sys
import time

import pytest

from edgesmith.benchmarks.worker.watch import LOST

BUSY = """
import os, sys
from edgesmith.benchmarks.worker.watch import end_when_closed
end_when_closed(0)
print("ready", flush=True)
while True:
    pass
"""


@pytest.mark.parametrize("unread", [b"", b"a request\n"], ids=["nothing unread", "a request unread"])
def test_a_busy_process_ends_when_its_controller_does(unread: bytes) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.stdin.write(unread)
        process.stdin.flush()
        time.sleep(0.2)
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(20) == LOST
