"""`bench --device emulated:BOARD`: check, count, write `counts.json`."""

import zipfile
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.benchmarks.devices.emulated.boards import BOARDS
from edgesmith.benchmarks.devices.emulated.counting import Setup, count
from edgesmith.benchmarks.devices.emulated.counts import (
    COUNTS_FILE,
    REPEATABLE,
    BoardFacts,
    CountedRun,
    CountsResult,
    EmulatorFacts,
    SystemFacts,
    typical,
)
from edgesmith.benchmarks.devices.emulated.emulator import find_emulator
from edgesmith.benchmarks.devices.emulated.plugin import API, build_plugin
from edgesmith.benchmarks.devices.emulated.systems import BOOKWORM
from edgesmith.benchmarks.devices.emulated.tools import require_commands
from edgesmith.benchmarks.devices.remote.runner import runner_archive
from edgesmith.benchmarks.inputs import DataInput, ModelInput, check_data, list_data, read_models
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Progress, Silence
from edgesmith.benchmarks.results import DataFacts, FailedRun
from edgesmith.benchmarks.schedule import image_order
from edgesmith.benchmarks.worker.counting import Guest
from edgesmith.runtime.atomic import require_free, staged_folder
from edgesmith.runtime.cache import cache_folder
from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.engines.choose import extras_of
from edgesmith.runtime.errors import DeviceError, EdgesmithError, EngineError, OptionError
from edgesmith.runtime.modelfile import format_of

IMAGES = 3  # that are inferred on: the work hardly depends on what is on them
_LEAST_STEADY = 0.5  # the share of inferences near the typical one below which that is none

# Fields of the plan that ask for something which counting does not do.
_FOR_TIMES: dict[str, Any] = {
    "threads": (1,),
    "scenario": "interleaved",
    "processes": 1,
    "profile": False,
    "strict": False,
    "resume": False,
    "remote_python": None,
}


def count_instructions(plan: BenchmarkPlan, *, progress: Progress | None = None) -> CountsResult:
    """Count the plan's models on its emulated board, and write `counts.json` to its output folder.

    A model that cannot run there becomes a row that says why. What the board needs is fetched and kept in the cache
    folder on first use. Raises `EdgesmithError`: before anything is fetched for options, models, data and the
    output folder, then for a machine that cannot emulate, and when nothing could be counted.
    """
    progress = Silence() if progress is None else progress
    _require_countable(plan)
    models = read_models(plan.models)
    variants = [(model, engine) for model in models for engine in _engines_of(model, plan.engines)]
    data = list_data(plan.data)
    require_free(plan.output)
    require_commands(BOOKWORM.emulator, "gcc", "apt-get", "dpkg-deb")
    with staged_folder(plan.output) as folder:
        facts = check_data(data, progress)
        counted = _Counted(plan, data)
        for model, engine in progress.track(variants, "count"):
            counted.add(model, engine)
        result = counted.result(facts)
        result.save(folder / COUNTS_FILE)
    return result


class _Counted:
    """Boards by engine, and what came of each model."""

    def __init__(self, plan: BenchmarkPlan, data: DataInput) -> None:
        self._board = BOARDS[parse_address(plan.device).board]
        self._images = image_order(data.files, seed=plan.seed)[:IMAGES]
        folder = cache_folder("emulated")
        self._bed = Bed(folder=folder)
        self._code = _code(self._bed)
        self._plugin = build_plugin(folder)
        self._emulator = find_emulator(self._bed)
        self._runs: list[CountedRun] = []
        self._failed: list[FailedRun] = []
        self._errors: list[EdgesmithError] = []
        self._doubts: list[str] = []
        self._guest: Guest | None = None

    def add(self, model: ModelInput, engine: EngineName) -> None:
        """Count one model; what its engine refuses is remembered, what the device lacks is everybody's."""
        extra = extras_of(format_of(model.path))[engine]
        pi = self._bed.pi(self._board, BOOKWORM, extra, emulator=self._emulator.command)
        setup = Setup(pi=pi, code=self._code, plugin=self._plugin)
        try:
            guest, regions = count(setup, model.path, engine=engine, images=self._images)
        except DeviceError:
            raise
        except EdgesmithError as error:
            self._errors.append(error)
            self._failed.append(_failed_run(model, engine, error))
            return
        self._guest = self._guest or guest
        if model.doubt is not None:
            self._doubts.append(f"{model.file} is not what it is called: {model.doubt}.")
        self._runs.append(
            CountedRun(
                file=model.file,
                name=model.spec.name,
                sha256=model.sha256,
                bytes=model.bytes,
                precision=model.spec.precision,
                engine=guest.engine,
                packages=guest.packages | {"edgesmith": version("edgesmith")},
                instructions=typical(regions),
                regions=regions,
            )
        )

    def result(self, data: DataFacts) -> CountsResult:
        """All of it. Raises the first failure when every model has failed."""
        if self._guest is None:
            raise self._errors[0]
        return CountsResult(
            board=BoardFacts(name=self._board.name, model=self._board.model, cpu=self._board.cpu),
            emulator=EmulatorFacts(version=self._emulator.name, plugin_api=API),
            system=SystemFacts(name=BOOKWORM.name, os=self._guest.os, python=self._guest.python),
            data=data,
            images=len(self._images),
            warnings=tuple(
                list(dict.fromkeys(self._doubts))
                + [_unsteady(run) for run in self._runs if run.steady_share < _LEAST_STEADY]
            ),
            runs=tuple(self._runs),
            failed=tuple(self._failed),
        )


def _require_countable(plan: BenchmarkPlan) -> None:
    for name, usual in _FOR_TIMES.items():
        if getattr(plan, name) != usual:
            raise OptionError(
                f"{name} {getattr(plan, name)!r} on an emulated board: instructions are counted with one thread, and no "
                "times are taken",
                tip=f"leave out --{name.replace('_', '-')}",
            )


def _engines_of(model: ModelInput, asked: Sequence[EngineName]) -> list[EngineName]:
    known = [engine for engine, extra in extras_of(format_of(model.path)).items() if extra != "train"]
    if not asked:
        return known[:1]
    found = [engine for engine in asked if engine in known]
    if not found:
        raise EngineError(
            f"{', '.join(asked)} does not run {model.file} on an emulated board",
            tip=f"--engine {' or '.join(known)} does",
        )
    return found


def _code(bed: Bed) -> Path:
    """The board's copy of edgesmith's modules, by content; as files, so that Python keeps bytecode."""
    data = runner_archive()

    def unpack(new: Path) -> None:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            archive.extractall(new)

    return bed.keep(f"code-{sha256(data).hexdigest()[:16]}", unpack)


def _failed_run(model: ModelInput, engine: EngineName, error: EdgesmithError) -> FailedRun:
    return FailedRun(
        file=model.file,
        precision=model.spec.precision,
        engine=engine,
        threads=1,
        reason=str(error),
        tip=error.tip,
    )


def _unsteady(run: CountedRun) -> str:
    return (
        f"{run.file} on {run.engine_name}: only {100 * run.steady_share:.0f} % of {len(run.regions)} inferences are within "
        f"{100 * REPEATABLE:g} % of the typical one; a difference of that size means nothing"
    )
