"""`explain(plan)` and its two relatives: the pictures, the numbers and the page, in one new folder."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from edgesmith.convert.explain.checks import (
    load_subject,
    load_trained,
    notes_on,
    possible_kinds,
    require_names,
    require_readable,
)
from edgesmith.convert.explain.comparing import compare_files
from edgesmith.convert.explain.deployed_subject import DeployedSubject
from edgesmith.convert.explain.drawing import draw_filters, draw_image
from edgesmith.convert.explain.keras_subject import KerasSubject
from edgesmith.convert.explain.mistakes import Mistake, find_mistakes
from edgesmith.convert.explain.page import PAGE, render_page
from edgesmith.convert.explain.plan import ExplainPlan, PictureKind
from edgesmith.convert.explain.result import Explanation, ImageRecord
from edgesmith.convert.sources.load import find_run
from edgesmith.runtime.atomic import require_free, staged_folder, write_bytes, write_json
from edgesmith.runtime.errors import ModelFileError, OptionError
from edgesmith.runtime.modelfile import format_of
from edgesmith.runtime.runrecord import RunRecord

Report = Callable[[str], None]
"""Called with what is being done."""


def _silent(stage: str) -> None:
    """The default `Report`: nobody asked."""


@dataclass(slots=True)
class _Clock:
    """Wall seconds by stage."""

    report: Report
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.report(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def explain(plan: ExplainPlan, *, report: Report = _silent) -> Explanation:
    """Explain a model on pictures and write the folder `plan.output`.

    Raises, all before slow work: `OutputError` for a folder that is not free, `ImageError` for an unreadable
    picture, `ModelFileError` for no model, `OptionError` for unknown classes and layers,
    `UnsupportedModelError` for what the model does not allow.
    """
    clock = _Clock(report)
    require_readable(plan)
    with clock.stage("model"):
        subject = load_subject(plan)
        kinds = possible_kinds(plan, subject)
        require_names(plan, subject, kinds)
    with staged_folder(plan.output) as folder:
        images = []
        with clock.stage("pictures"):
            for place, file in enumerate(plan.images):
                images.append(draw_image(subject, plan, folder, place=place, file=file, kinds=kinds))
        explanation = Explanation(
            model=str(plan.model),
            title=subject.name,
            origin=subject.origin,
            images=tuple(images),
            notes=notes_on(plan, subject, kinds),
        )
        if "filters" in kinds and isinstance(subject, KerasSubject):
            with clock.stage("filters"):
                explanation = replace(explanation, filters=draw_filters(subject, plan, folder))
        return _written(explanation, folder, clock)


def explain_mistakes(plan: ExplainPlan, *, report: Report = _silent) -> Explanation:
    """The ten most confident mistakes on the test split of the RUN `plan.model`; raises as `explain` does."""
    clock = _Clock(report)
    require_free(plan.output)
    run_folder = find_run(plan.model)
    if run_folder is None:
        raise ModelFileError(
            f"{str(plan.model)!r} is no RUN", tip="--mistakes needs the folder that `edgesmith train` wrote"
        )
    kinds = plan.kinds or ("heatmaps",)
    if "filters" in kinds:
        raise OptionError("filter patterns belong to no image", tip="leave --mistakes out for --show filters")
    with clock.stage("model"):
        subject = load_trained(plan)
        require_names(plan, subject, kinds)
    with clock.stage("test split"):
        mistakes = find_mistakes(subject, RunRecord.load(run_folder))
    with staged_folder(plan.output) as folder:
        with clock.stage("pictures"):
            images = tuple(
                _draw_mistake(subject, plan, folder, place=place, mistake=mistake, kinds=kinds)
                for place, mistake in enumerate(mistakes.worst)
            )
        counted = f"{mistakes.wrong} of {mistakes.images} test images were mistaken."
        if mistakes.wrong:
            counted += f" Shown are the {len(images)} about which the model was surest."
        explanation = Explanation(
            model=str(plan.model),
            title=subject.name,
            origin=subject.origin,
            images=images,
            headline=counted,
            notes=notes_on(plan, subject, kinds),
        )
        return _written(explanation, folder, clock)


def explain_difference(plan: ExplainPlan, second: Path, *, report: Report = _silent) -> Explanation:
    """Where the `.tflite` `second` differs from `plan.model` inside; raises as `explain` does."""
    clock = _Clock(report)
    require_readable(plan)
    for file in (plan.model, second):
        if format_of(file) != "tflite":
            raise OptionError(
                f"{file.name}: only .tflite files can be compared inside",
                tip="the .onnx of the same int8 precision computes the same integers",
            )
    if not plan.images:
        raise OptionError("a comparison needs at least one image", tip="name an image after the two files")
    with clock.stage("model"):
        subjects = DeployedSubject(plan.model), DeployedSubject(second)
    with staged_folder(plan.output) as folder:
        with clock.stage("comparison"):
            comparison = compare_files(*subjects, plan.images, folder)
        explanation = Explanation(
            model=str(plan.model), title=subjects[0].name, origin=subjects[0].origin, comparison=comparison
        )
        return _written(explanation, folder, clock)


def _draw_mistake(
    subject: KerasSubject,
    plan: ExplainPlan,
    folder: Path,
    *,
    place: int,
    mistake: Mistake,
    kinds: tuple[PictureKind, ...],
) -> ImageRecord:
    """Both what was said and what it is, unless classes were asked for."""
    truth = subject.labels[mistake.truth]
    classes = plan.classes or (subject.labels[mistake.said], truth)
    explained = replace(plan, classes=classes)
    drawn = draw_image(subject, explained, folder, place=place, file=mistake.file, kinds=kinds)
    return replace(drawn, truth=truth)


def _written(explanation: Explanation, folder: Path, clock: _Clock) -> Explanation:
    """Write the page and `explain.json`."""
    with clock.stage("page"):
        write_bytes(folder / PAGE, render_page(explanation, folder).encode())
    timed = replace(explanation, seconds=clock.seconds)
    write_json(folder / "explain.json", timed.to_json())
    return timed
