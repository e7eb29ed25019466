"""Does `edgesmith run`, killed at any moment and started again, end in the files of an uninterrupted run?

    python benchmarks/pipeline/kills.py -o kills --kills 20

Makes coloured pictures of three classes, trains convnet_mnist on them, converts, verifies and benchmarks, once without a
kill. Then, from an empty output folder each time: SIGKILL at a random moment of that time, and the same command again.
Trials that are done are kept in OUTPUT/trials.json: killed itself, the script goes on. Prints one JSON document: how often
each stage was hit, how often the model files had the same SHA-256, and how often the results were complete and valid.
"""

import argparse
import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from edgesmith.runtime.atomic import write_json

_COLOURS = {"blue": (60, 80, 200), "green": (60, 190, 70), "red": (200, 70, 60)}
_OF_A_CLASS = 60
_FILES = 2  # int8, .tflite and .onnx
_SETTINGS = """\
data = "photos"

[[model]]
name = "small"
network = "convnet_mnist"
recipe = "scratch"
channels = 3
epochs = 6
batch_size = 16

[convert]
precision = ["int8"]

[bench]
quick = true
"""


def main() -> int:
    """Run, kill, run again, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="where everything goes")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="draws the moments")
    arguments = parser.parse_args()
    folder: Path = arguments.output.resolve()
    _write_project(folder)
    whole = _uninterrupted(folder)
    moments = random.Random(arguments.seed)
    trials = _read(folder / "trials.json", [])
    for number in range(arguments.kills):
        moment = moments.uniform(0, whole["seconds"])
        if number >= len(trials):
            trials.append(_trial(folder, moment, whole["files"]))
            write_json(folder / "trials.json", trials)
    json.dump(_summary(whole, trials[: arguments.kills]), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


def _write_project(folder: Path) -> None:
    (folder / "edgesmith.toml").parent.mkdir(parents=True, exist_ok=True)
    (folder / "edgesmith.toml").write_text(_SETTINGS)
    for label, colour in _COLOURS.items():
        for number in range(_OF_A_CLASS):
            file = folder / "photos" / label / f"{number:03}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            noise = np.random.default_rng([*colour, number]).normal(0, 60, (28, 28, 3))
            if not file.exists():
                Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)).save(file)


def _uninterrupted(folder: Path) -> dict[str, Any]:
    kept: dict[str, Any] | None = _read(folder / "whole.json", None)
    if kept is not None:
        return kept
    shutil.rmtree(folder / "results", ignore_errors=True)
    started = time.perf_counter()
    _run(folder)
    found = {"seconds": time.perf_counter() - started, "files": _models(folder)}
    write_json(folder / "whole.json", found)
    return found


def _trial(folder: Path, moment: float, expected: dict[str, str]) -> dict[str, Any]:
    shutil.rmtree(folder / "results", ignore_errors=True)
    log = folder / "killed.log"
    with log.open("w") as stream:
        process = subprocess.Popen(_command(), cwd=folder, stdout=stream, stderr=stream)  # noqa: S603 - this interpreter and a list, which no shell reads
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    # The moment of the next start is a random one too, so that the killed command is seen dying now and then.
    _run(folder)
    files = _models(folder)
    return {
        "moment": moment,
        "during": _stage(log) if process.returncode == -signal.SIGKILL else "after the end",
        "same": files == expected,
        "differing": sorted(name for name in {*files, *expected} if files.get(name) != expected.get(name)),
        "valid": _is_valid(folder),
    }


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "edgesmith", "run", *words]


def _run(folder: Path) -> dict[str, Any]:
    finished = subprocess.run(_command("--json"), cwd=folder, stdout=subprocess.PIPE, check=True)  # noqa: S603 - this interpreter and a list, which no shell reads
    document: dict[str, Any] = json.loads(finished.stdout)
    return document


def _stage(log: Path) -> str:
    """The last that was begun. `bench: has not ended yet`, `train small        done in 9 s`."""
    begun = [
        line.partition(": ")[0] for line in log.read_text().splitlines() if ": has not ended yet" in line
    ]
    return begun[-1] if begun else "start"


def _models(folder: Path) -> dict[str, str]:
    results = folder / "results"
    files = [results / "runs" / "small" / "model.keras", *(results / "deploy").rglob("*-*.*")]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files)}


def _is_valid(folder: Path) -> bool:
    """All files verified and measured on all test images, nothing half left over, and nothing to do any more."""
    results = folder / "results"
    verdicts = json.loads((results / "verify" / "small.json").read_bytes())["results"]
    runs = json.loads((results / "bench" / "bench.json").read_bytes())["runs"]
    test = json.loads((results / "runs" / "small" / "run.json").read_bytes())["metrics"]["test"]["images"]
    return (
        len(verdicts) == len(runs) == _FILES
        and {verdict.get("outcome") for verdict in verdicts} <= {"identical", "within"}
        and all(run["accuracy"]["images"] == test and run["summary"]["p50"] > 0 for run in runs)
        and (results / "bench" / "report.html").stat().st_size > 0
        and not any((results / ".edgesmith" / "work").iterdir())
        and {stage["standing"] for stage in _run(folder)["stages"]} == {"unchanged"}
    )


def _summary(whole: dict[str, Any], trials: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kills": len(trials),
        "seconds_uninterrupted": whole["seconds"],
        "during": dict(Counter(trial["during"] for trial in trials)),
        "same_files": sum(trial["same"] for trial in trials),
        "valid_results": sum(trial["valid"] for trial in trials),
        "differing": sorted({name for trial in trials for name in trial["differing"]}),
    }


def _read(file: Path, default: Any) -> Any:
    return json.loads(file.read_bytes()) if file.is_file() else default


if __name__ == "__main__":
    sys.exit(main())
