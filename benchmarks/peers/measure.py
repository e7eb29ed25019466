"""edgesmith beside what people would use instead: one command, one run, docs/peers.md.

    python benchmarks/peers/measure.py RUN -o docs/peers.md --work WORK --mediapipe peer/bin/python

RUN is a folder of `edgesmith train`; its test images are the data. The files of all tools are made of its model, and
measured by `edgesmith bench` itself: five fresh processes each, blocks in random order, the reference kernel between
them, accuracy on all test images. Then `litert_benchmark.py`. MediaPipe needs an environment of its own:

    python -m venv peer && peer/bin/pip install mediapipe

A tool that is not installed becomes a row that says how to install it. Everything is kept in WORK, journals included:
a run that was killed goes on when the same command is given again, and a finished one writes the page anew and measures
nothing; for new numbers remove WORK/bench and WORK/litert-benchmark.jsonl.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

from edgesmith.benchmarks.benchmark import bench
from edgesmith.benchmarks.plan import QUICK_SAMPLES, QUICK_SECONDS, BenchmarkPlan, usual_seconds
from edgesmith.benchmarks.progress import TerminalProgress
from edgesmith.benchmarks.results import BENCH_FILE
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.runrecord import RunRecord
from peers import litert_benchmark, litert_sides
from peers.contenders import MEDIAPIPE
from peers.device import PeerDevice, mediapipe_command
from peers.page import Page, render
from peers.prepare import Workshop, convert, makers_versions, prepare

_PROCESSES = 5
_QUICK_PROCESSES, _QUICK_SESSIONS = 2, 3


def main() -> int:
    """Prepare, measure, write the page."""
    arguments = _parser().parse_args()
    work: Path = arguments.work
    shop = Workshop(
        run=arguments.run,
        deploy=arguments.deploy or work / "deploy",
        work=work,
        mediapipe=arguments.mediapipe,
    )
    try:
        convert(shop.run, shop.deploy)
        prepared = prepare(shop)
        result = bench(
            _plan(arguments, [each.file for each in prepared if each.file is not None]),
            progress=TerminalProgress(),
            device=PeerDevice({MEDIAPIPE: mediapipe_command(shop.mediapipe)}),
        )
        files = [shop.raw("edgesmith-int8.tflite"), shop.raw("edgesmith-float32.tflite")]
        pairable = files if litert_sides.is_installed() else []
        tasks = litert_benchmark.tasks_for(pairable, shop.run, [1])
        journal = work / "litert-benchmark.jsonl"
        litert_benchmark.measure(
            tasks, journal, sessions=_QUICK_SESSIONS if arguments.quick else arguments.sessions
        )
    except EdgesmithError as error:
        raise SystemExit(f"{error}" + (f"\ntip: {error.tip}" if error.tip else "")) from error
    page = Page(
        result=result,
        network=_network(RunRecord.load(shop.run)),
        prepared=tuple(prepared),
        sessions=tuple(litert_benchmark.summary(tasks, litert_benchmark.read_sessions(journal))),
        makers=makers_versions(),
        measured_on=date.fromtimestamp((work / "bench" / BENCH_FILE).stat().st_mtime),
    )
    write_bytes(arguments.output, render(page).encode())
    return 0


def _plan(arguments: argparse.Namespace, files: list[Path]) -> BenchmarkPlan:
    plan = BenchmarkPlan(
        models=tuple(files),
        data=arguments.run,
        output=arguments.work / "bench",
        processes=_PROCESSES,
        seconds=usual_seconds(_PROCESSES),
        resume=True,
    )
    if not arguments.quick:
        return plan
    return BenchmarkPlan(
        models=plan.models,
        data=plan.data,
        output=plan.output,
        processes=_QUICK_PROCESSES,
        resume=True,
        samples=QUICK_SAMPLES,
        seconds=QUICK_SECONDS,
        cold_starts=1,
    )


def _network(run: RunRecord) -> str:
    words = [str(run.plan[key]) for key in ("model", "alpha") if run.plan.get(key) is not None]
    return f"{' '.join(words)} at {run.input.height}x{run.input.width}, {len(run.labels)} classes"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a folder of `edgesmith train`")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the page, docs/peers.md")
    parser.add_argument("--work", type=Path, required=True, help="a folder for files, samples and journals")
    parser.add_argument(
        "--deploy", type=Path, help="of `edgesmith convert` on RUN; made in WORK unless given"
    )
    parser.add_argument("--mediapipe", type=Path, metavar="PYTHON", help="the interpreter that has mediapipe")
    parser.add_argument(
        "--sessions",
        type=int,
        default=litert_benchmark.SESSIONS,
        help=f"with litert-benchmark, for each file ({litert_benchmark.SESSIONS})",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few samples: whether it works, not how fast it is"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
