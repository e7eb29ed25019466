import subprocess
import sys
import time

from edgesmith.benchmarks.devices.program import captured, end


def test_a_program_is_heard_to_its_end() -> None:
    done = captured(
        ["sh", "-c", r"printf '\377'; echo no >&2; exit 3"], environment={"PATH": "/usr/bin:/bin"}
    )
    assert (done.stdout, done.stderr, done.returncode) == ("�", "no\n", 3)


def test_it_reads_nothing_of_ours() -> None:
    assert captured([sys.executable, "-c", "import sys; print(sys.stdin.read())"]).stdout == "\n"


def test_an_ended_process_has_closed_pipes_although_nobody_reads_what_is_left() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"unsent")
    start = time.monotonic()
    end(process)
    assert time.monotonic() - start < 30
    assert (process.stdin.closed, process.stdout.closed, process.returncode) == (True, True, -9)
