"""Run on an emulated board: inferences between marks, for a plugin of the emulator that counts instructions.

    python -m edgesmith.benchmarks.worker.counting ENGINE MODEL IMAGE...

A mark is the system call getppid. Each counted inference stands between two of them, and nothing else does: the
images are decoded and scaled before. The answer on stdout is the JSON of `Guest`, or `{"error": Failure}`.
"""

import dataclasses
import gc
import json
import os
import sys
from dataclasses import dataclass
from typing import Any, cast

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.images import load
from edgesmith.runtime.machine.environment import read_environment
from edgesmith.runtime.nativelog import private_stdout

# The engine allocates during its first inference, and CPython 3.11 rewrites a function's code at its eighth call.
DISCARDED = 10
COUNTED = 3  # of each image


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What ran there. `engine`: package and version. `python`, `os`, `packages`: as in `Environment`."""

    engine: str
    python: str
    os: str
    packages: dict[str, Any]


def main() -> None:
    """Answer the command line."""
    engine, model, *images = sys.argv[1:]
    answers = private_stdout()
    try:
        answer = dataclasses.asdict(run_marked(model, cast("EngineName", engine), images))
    except EdgesmithError as error:
        answer = {"error": dataclasses.asdict(Failure.of(error))}
    json.dump(answer, answers)
    answers.close()


def run_marked(model: str, engine: EngineName, images: list[str]) -> Guest:
    """Infer with one thread, `DISCARDED` times without marks, then `COUNTED` times for each image between two.

    Raises as `Classifier` does.
    """
    with Classifier(model, threads=1, engine=engine) as classifier:
        prepared = [load(image, classifier.spec.input) for image in images]
        run = classifier.engine.run
        gc.collect()
        gc.disable()  # a collection in one inference and not in the next would be counted
        for _ in range(DISCARDED):
            run(prepared[0])
        for pixels in prepared:
            for _ in range(COUNTED):
                os.getppid()
                run(pixels)
                os.getppid()
        there = read_environment()
        return Guest(
            engine=classifier.engine.name,
            python=there.python,
            os=there.os,
            packages=there.packages,
        )


if __name__ == "__main__":
    main()
