"""How much of the bare runtime's throughput `edgesmith serve` keeps under load, on this machine alone.

    python benchmarks/serve/load.py MODEL PHOTOS --side 640 --seconds 15 --slices 4

Slices of the bare runtime and of the server alternate, since machines drift; each slice of the server is compared with
the mean of the two bare ones around it. Bare is the faster, by its median, of two ways to keep all cores busy, both
measured in each bare slice with the same JPEG bytes and the same decoding: one `Classifier` with a thread a core, or a
`Classifier` of one thread for each core, each in a Python thread. The server's clients run on the same cores, in this
process, and what they cost counts against the server.

Each client posts pictures of its own, and every answer is compared with the one that the `Classifier` gave before:
`crossed` counts those that differ, `lost` those that did not come. `cpu_ratio` is the processor time of a bare picture over
that of an answer, clients included: steadier than `ratio` on a machine that has other work. Prints one JSON document.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import uvloop

from edgesmith.benchmarks.worker.memory import rss_bytes
from edgesmith.runtime.cpu import usable_cores
from serve.bare import Bare, BareSlice, Picture, faster, read_pictures
from serve.clients import Tally, load

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSlice:
    """One slice of load; times in milliseconds, memory in bytes."""

    per_second: float
    answered: int
    refused: int
    lost: int
    crossed: int
    p50: float
    p99: float
    slowest: float
    server_cpu_per_answer_ms: float
    clients_cpu_per_answer_ms: float
    memory_before: int | None
    memory_after: int | None


def main() -> int:
    """Measure and print."""
    parser = _parser()
    arguments = parser.parse_args()
    pictures = read_pictures(arguments.model, arguments.photos, side=arguments.side, count=arguments.count)
    if len(pictures) < arguments.clients:
        parser.error(f"{arguments.clients} clients post pictures of their own; there are {len(pictures)}")
    bare = Bare(arguments.model, pictures)
    server = _start(arguments.model, arguments.workers)
    try:
        address = json.loads(_document(server))["classify"]
        bares, serves = [], []
        for _ in range(arguments.slices):
            bares.append(bare.measure(arguments.seconds))
            serves.append(_serve_slice(server.pid, address, pictures, arguments))
        bares.append(bare.measure(arguments.seconds))
    finally:
        server.send_signal(signal.SIGTERM)
        exit_code = server.wait(60)
    print(json.dumps(_result(arguments, bares, serves, exit_code), indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.add_argument("photos", type=Path, metavar="PHOTOS", help="a folder of images")
    parser.add_argument("--side", type=int, help="scale photos to this longer side (as they are)")
    parser.add_argument("--count", type=int, default=64, help="different pictures")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each slice")
    parser.add_argument("--slices", type=int, default=4, help="of the server; one more of the bare runtime")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--workers", type=int, default=usable_cores())
    return parser


def _start(model: Path, workers: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "edgesmith", "serve", str(model), "--port", "0", "--json"]
    return subprocess.Popen(  # noqa: S603 - a list, which no shell reads: this interpreter, and the model that the caller named
        [*command, "--workers", str(workers)], stdout=subprocess.PIPE, text=True
    )


def _document(server: "subprocess.Popen[str]") -> str:
    lines = []
    for line in server.stdout or ():
        lines.append(line)
        if line == "}\n":
            break
    return "".join(lines)


def _serve_slice(
    pid: int, address: str, pictures: list[Picture], arguments: argparse.Namespace
) -> ServeSlice:
    tally, memory = Tally(), _memory_of(pid)
    server_cpu, clients_cpu, began = _cpu_of(pid), time.process_time(), time.perf_counter()
    uvloop.run(load(address, pictures, tally, clients=arguments.clients, seconds=arguments.seconds))
    took = time.perf_counter() - began
    ordered = sorted(tally.latencies)
    answered = len(ordered)
    return ServeSlice(
        per_second=answered / took,
        answered=answered,
        refused=tally.refused,
        lost=tally.lost,
        crossed=tally.crossed,
        p50=1000 * ordered[answered // 2],
        p99=1000 * ordered[int(0.99 * (answered - 1))],
        slowest=1000 * ordered[-1],
        server_cpu_per_answer_ms=1000 * (_cpu_of(pid) - server_cpu) / answered,
        clients_cpu_per_answer_ms=1000 * (time.process_time() - clients_cpu) / answered,
        memory_before=memory,
        memory_after=_memory_of(pid),
    )


def _cpu_of(pid: int) -> float:
    """Seconds; fields 14 and 15 of /proc/PID/stat (proc(5)), behind the name in brackets."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory_of(pid: int) -> int | None:
    return rss_bytes(Path(f"/proc/{pid}/status"))


def _result(
    arguments: argparse.Namespace,
    both_ways: list[dict[str, BareSlice]],
    serves: list[ServeSlice],
    exit_code: int,
) -> dict[str, Any]:
    way = faster(both_ways)
    bares = [each[way] for each in both_ways]
    around = [(before.per_second + after.per_second) / 2 for before, after in pairwise(bares)]
    ratios = [serve.per_second / bare for serve, bare in zip(serves, around, strict=True)]
    costs = [serve.server_cpu_per_answer_ms + serve.clients_cpu_per_answer_ms for serve in serves]
    return {
        "schema": "edgesmith.serve-load/1",
        "model": arguments.model.name,
        "cores": usable_cores(),
        "clients": arguments.clients,
        "workers": arguments.workers,
        "seconds": arguments.seconds,
        "side": arguments.side,
        "bare": way,
        "ratio": {"median": statistics.median(ratios), "all": ratios},
        "cpu_ratio": statistics.mean(bare.cpu_ms for bare in bares) / statistics.mean(costs),
        "lost": sum(serve.lost for serve in serves),
        "crossed": sum(serve.crossed for serve in serves),
        "server_exit_code": exit_code,
        "bare_slices": [asdict(bare) for bare in bares],
        "serve_slices": [asdict(serve) for serve in serves],
    }


if __name__ == "__main__":
    sys.exit(main())
