"""Settings that do not go together, as far as the file alone shows it; the parts know of others, and say so."""

import re
from collections.abc import Iterator
from pathlib import Path

from edgesmith.cli.run.keylines import Path as KeyPath
from edgesmith.cli.run.settings import GOALS, ModelSettings, Settings, stated

Problem = tuple[KeyPath, str]

# Part of file names and of the table in the report.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

# A model that this one needs: the key and the recipe that it is for.
_EARLIER = {"teacher": "distill", "start_from": "quantize-aware"}


def contradictions(settings: Settings, *, folder: Path) -> Iterator[Problem]:
    """Where they stand, and what is wrong. `folder`: from which paths count, absolute."""
    if not settings.data:
        yield (), 'data is missing: name the images, as data = "photos"'
    else:
        yield from _places(settings, folder)
    if settings.seed < 0:
        yield ("seed",), f"seed {settings.seed} is below 0"
    if not settings.model:
        yield (), 'there is no [[model]]: one with name = "…" is needed at least'
    yield from _names(settings)
    for index, model in enumerate(settings.model):
        yield from _earlier_models(settings, index, folder)
        yield from _conversion(settings, model, index)
    yield from _bench(settings)


def _places(settings: Settings, folder: Path) -> Iterator[Problem]:
    data, output = (folder / settings.data).resolve(), (folder / settings.output).resolve()
    if data.is_dir() and (output == data or data in output.parents):
        yield (
            ("output",),
            f"output {settings.output!r} is inside data {settings.data!r}: what is made would be taken for"
            f" images; place it beside, as {f'../{data.name}-results'!r}",
        )
    if output in data.parents:
        yield (
            ("data",),
            f"data {settings.data!r} is inside output {settings.output!r}, which belongs to `edgesmith run`",
        )


def _names(settings: Settings) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, model in enumerate(settings.model):
        at = ("model", index, "name")
        if not _NAME.fullmatch(model.name):
            yield (
                at,
                f"name {model.name!r}: 1 to 64 letters, digits, '.', '_' and '-', the first a letter or a digit",
            )
        elif model.name.lower() in seen:  # file systems may not tell case apart
            yield at, f"name {model.name!r} stands twice: each [[model]] has its own"
        seen.add(model.name.lower())


def _earlier_models(settings: Settings, index: int, folder: Path) -> Iterator[Problem]:
    model, above = settings.model[index], [one.name for one in settings.model[:index]]
    for key, recipe in _EARLIER.items():
        value, at = getattr(model, key), ("model", index, key)
        if value is None:
            if model.recipe == recipe:
                yield (
                    ("model", index, "recipe"),
                    f"recipe {recipe!r} needs {key}: the name of a [[model]] above",
                )
        elif model.recipe != recipe:
            yield at, f"{key} is for recipe {recipe!r}, and this [[model]] has {model.recipe or 'none'!r}"
        elif value not in above and not (folder / value).is_dir():
            named = ", ".join(map(repr, above)) or "none"
            yield at, f"{key} {value!r} is neither a [[model]] above ({named}) nor a RUN folder"


def _conversion(settings: Settings, model: ModelSettings, index: int) -> Iterator[Problem]:
    found = settings.convert_of(model)
    own = stated(model.convert)

    def at(key: str) -> KeyPath:
        return ("model", index, "convert", key) if key in own else ("convert", key)

    precision, formats = found.get("precision", ["int8"]), found.get("format", ["tflite"])
    goals = [key for key in GOALS if key in found]
    if len(goals) > 1:
        yield at(goals[1]), f"{' and '.join(goals)} are two goals: leave one out"
    for key in goals:
        if "int8" not in precision:
            yield at(key), f"{key} is a goal for int8, which precision {precision} has not"
        if "mixed" in precision or "tflite" not in formats:
            yield (
                at(key),
                f"{key} may end in mixed precision: leave 'mixed' out of precision, 'tflite' in format",
            )
    if "guard" in found and not goals:
        yield at("guard"), "guard without a goal: add max_drop or min_agreement"
    if ("mixed" in precision) != ("keep_float" in found):
        yield (
            at("precision" if "mixed" in precision else "keep_float"),
            "precision 'mixed' and keep_float, the operators that stay float, need each other",
        )


def _bench(settings: Settings) -> Iterator[Problem]:
    bench = settings.bench
    lasting = bench.scenario in ("single-stream", "sustained")
    if bench.minutes is not None and not lasting:
        yield ("bench", "minutes"), 'minutes needs scenario = "sustained" or "single-stream"'
    if bench.scenario == "sustained" and (bench.processes or 1) > 1:
        yield ("bench", "processes"), 'scenario = "sustained" runs one process: leave processes out'
    for key in ("device", "engine", "threads"):
        values = getattr(bench, key) or ()
        if len(set(values)) < len(values):
            yield ("bench", key), f"{key} {list(values)} names one twice"
