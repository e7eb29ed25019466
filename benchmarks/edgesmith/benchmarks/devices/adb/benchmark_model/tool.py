"""Running `benchmark_model` on a phone, and bringing it model files."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from edgesmith.benchmarks.devices.adb.benchmark_model.output import ToolTimes, read_output
from edgesmith.benchmarks.devices.adb.benchmark_model.profile import read_profile
from edgesmith.benchmarks.devices.adb.missing import BENCHMARK_MODEL
from edgesmith.benchmarks.devices.adb.phone import AdbShell
from edgesmith.benchmarks.devices.adb.python import FOLDER
from edgesmith.benchmarks.devices.remote.shell import run
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.worker.messages import OperatorTime
from edgesmith.benchmarks.worker.store import SPARE
from edgesmith.runtime.errors import DeviceError, EngineError

_OURS = f"{FOLDER}/edgesmith"
_PROFILE = f"{_OURS}/profile.csv"
_NOT_EXECUTABLE = 126  # of a shell (POSIX, 2.8.2)
_OTHER_PROCESSOR = "not executable"  # mksh, Android's shell: "not executable: 64-bit ELF file", with code 1
_KIB = 1024
_SHOWN_LINES = 3

# A file gets its name when it is whole. Its hash is compared there: Android has had sha256sum since version 6.
_STORE = """
set -e
mkdir -p {folder}
cat > {file}.part
sum=$(sha256sum {file}.part)
case $sum in {sha256}*) mv {file}.part {file};; *) rm {file}.part; echo "it was damaged on its way" >&2; exit 1;; esac
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The program on the phone. `sha256`: of it, since it has no version."""

    shell: AdbShell
    sha256: str

    def bring(self, model: Path, *, sha256: str) -> str:
        """Copy a model file unless it is there; its path on the phone. Raises `DeviceError`, when it is full say."""
        file = f"{_OURS}/{sha256}.tflite"
        if not run(self.shell, f"[ -f {file} ]").returncode:
            return file
        data = model.read_bytes()
        self._require_space(len(data))
        done = run(self.shell, _STORE.format(folder=_OURS, file=file, sha256=sha256), stdin=data)
        if done.returncode:
            raise DeviceError(
                f"{self.shell.name}: cannot store {model.name} in {_OURS}: {done.stderr.strip()}",
                tip="make room on the phone",
            )
        return file

    def measure(self, model: str, *, threads: int, plan: BenchmarkPlan) -> ToolTimes:
        """Run it once. Raises `EngineError` when it cannot run that file, `DeviceError` when the phone goes."""
        return read_output(self._run(flags(plan, model=model, threads=threads)))

    def profile(self, model: str, *, threads: int, plan: BenchmarkPlan) -> tuple[OperatorTime, ...] | None:
        """Run it once more under its profiler, which costs time, and read what it wrote. Raises as `measure` does."""
        words = ["--enable_op_profiling=true", f"--profiling_output_csv_file={_PROFILE}"]
        self._run([*flags(plan, model=model, threads=threads), *words])
        return read_profile(run(self.shell, f"cat {_PROFILE}; rm {_PROFILE}").stdout)

    def _run(self, words: list[str]) -> str:
        done = run(self.shell, shlex.join([BENCHMARK_MODEL, *words]))
        said = f"{done.stdout}\n{done.stderr}"
        if done.returncode == _NOT_EXECUTABLE or (done.returncode and _OTHER_PROCESSOR in done.stderr):
            abi = run(self.shell, "getprop ro.product.cpu.abi").stdout.strip()
            raise DeviceError(
                f"{self.shell.name}: {BENCHMARK_MODEL} cannot be executed: {done.stderr.strip()}",
                tip=f"this phone is {abi}: the tool must be made for that; adb shell chmod +x {BENCHMARK_MODEL}",
            )
        if done.returncode:
            lines = [line.strip() for line in said.splitlines() if line.strip()][-_SHOWN_LINES:]
            raise EngineError(
                f"benchmark_model ended with code {done.returncode}: {'; '.join(lines)}",
                tip="an older build may not know newer operators",
            )
        return said

    def _require_space(self, size: int) -> None:
        done = run(self.shell, f"df -k {FOLDER}")
        free = _free_kib(done.stdout)
        if free is not None and free * _KIB < size + SPARE:
            raise DeviceError(
                f"{self.shell.name}: no space in {FOLDER}: {(size + SPARE) / 1e6:.1f} MB are needed, "
                f"{free * _KIB / 1e6:.1f} MB are free",
                tip="make room on the phone",
            )


def find_tool(shell: AdbShell) -> Tool:
    """The tool that is there. Raises `DeviceError` when it is not."""
    done = run(shell, f"sha256sum {BENCHMARK_MODEL}")
    if done.returncode:
        raise DeviceError(f"{shell.name}: {done.stderr.strip()}", tip=f"adb push benchmark_model {FOLDER}")
    return Tool(shell=shell, sha256=done.stdout.split()[0])


def flags(plan: BenchmarkPlan, *, model: str, threads: int) -> list[str]:
    """What of the plan the tool has a word for (benchmark_model.cc, `BenchmarkModel::GetFlags`)."""
    return [
        f"--graph={model}",
        f"--num_threads={threads}",
        f"--num_runs={plan.samples}",
        f"--min_secs={plan.seconds}",
        f"--warmup_runs={plan.warmup_inferences}",
        f"--warmup_min_secs={plan.warmup_seconds}",
    ]


def _free_kib(said: str) -> int | None:
    """The column before the share in use of `df -k`, whatever the length of the device's name."""
    free = re.search(r"(\d+)\s+\d+%", said)
    return int(free[1]) if free else None
