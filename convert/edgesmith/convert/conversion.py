"""`convert(plan)`: from a model to the files of DEPLOY, each one measured after it is written."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from edgesmith.convert.custom import import_custom
from edgesmith.convert.deploy import Deployment
from edgesmith.convert.differing import with_deviations
from edgesmith.convert.equality import COMPARED, require_equal
from edgesmith.convert.export import Exporter, Material, operators_named
from edgesmith.convert.guard.images import GuardImages, choose_guard_images
from edgesmith.convert.images import (
    ImageChoice,
    calibration_warning,
    choose_images,
    compared_images,
    load_pixels,
)
from edgesmith.convert.labels import choose_labels
from edgesmith.convert.measure import Measurement, Reference
from edgesmith.convert.original import Original
from edgesmith.convert.plan import CONVERT_FILE, ConversionPlan
from edgesmith.convert.prepare import Prepared, prepare_graph
from edgesmith.convert.progress import Report, part_of, silent
from edgesmith.convert.record import ConversionRecord, FileRecord, Settings, SourceRecord
from edgesmith.convert.sources import load_source
from edgesmith.convert.sources.load import find_run, require_source
from edgesmith.convert.sources.tflite_file import spec_inside
from edgesmith.convert.why.page import PAGE, render_page
from edgesmith.runtime.atomic import require_free, staged_folder, write_bytes, write_json
from edgesmith.runtime.runrecord import RunRecord
from edgesmith.runtime.spec import InputSpec, SourceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """`geometry`: how pictures become the input, where the model says so; None leaves it to the tensor's shape."""

    labels: tuple[str, ...]
    geometry: InputSpec | None
    choice: ImageChoice
    guard: GuardImages | None

    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the images."""
        found = (calibration_warning(self.choice), None if self.guard is None else self.guard.warning)
        return tuple(warning for warning in found if warning is not None)


def convert(plan: ConversionPlan, *, report: Report = silent) -> ConversionRecord:
    """Convert, write the folder `plan.output` and return what was measured.

    Raises `OutputError` for a folder that is not free and `ModelFileError`, `DataError`, `OptionError` for
    unfit inputs, all before slow work; `ImageError` for an unreadable image; `UnsupportedModelError` for a
    model that cannot be converted. A goal that no rung reaches is no error here: see `guard` of the record.
    """
    started = time.perf_counter()
    inputs = _check_inputs(plan)
    report("loading the model", 0.0)
    import_custom(plan.custom)
    source = load_source(plan.model)
    prepared = prepare_graph(source.flatbuffer, inputs.labels, plan.normalisation)
    operators_named(prepared.graph, plan.keep_float)  # before slow work: a pattern that matches nothing
    geometry = inputs.geometry or _geometry(prepared.graph.input_shape)
    original = Original(source=source, normalisation=plan.normalisation, logits=prepared.from_logits)
    report("asking the original", 0.15)
    reference = _ask(original, prepared, inputs, geometry)
    exporter = Exporter(prepared.graph, plan, _material(inputs, geometry))
    origin = SourceSpec(sha256=source.sha256, framework=source.framework)
    deployment = Deployment(plan=plan, labels=inputs.labels, geometry=geometry, source=origin)
    with staged_folder(plan.output) as folder:
        files = _make_files(folder, deployment, exporter, reference, report)
        record = ConversionRecord(
            name=plan.name,
            source=SourceRecord(
                name=plan.name, framework=source.framework, sha256=source.sha256, accuracy=reference.accuracy
            ),
            files=files,
            settings=Settings.of(plan),
            calibration_images=len(inputs.choice.calibration),
            input_offset=exporter.offset_check,
            quantization=exporter.errors(),
            guard=exporter.climb,
            warnings=(*inputs.warnings(), *exporter.warnings),
            seconds=time.perf_counter() - started,
        )
        write_json(folder / CONVERT_FILE, record.to_json())
        write_bytes(folder / "convert.md", record.to_markdown().encode())
        write_bytes(folder / PAGE, render_page(record).encode())
    report("done", 1.0)
    return record


def _ask(original: Original, prepared: Prepared, inputs: _Inputs, geometry: InputSpec) -> Reference:
    """The original's answers, to compare with; the folded graph's are among them, or the conversion stops."""
    judged = () if inputs.guard is None else inputs.guard.files
    images = compared_images(inputs.choice, geometry, judged=judged)
    asked = max(COMPARED, len(images.classes or ()))
    scores = original.scores(images.pixels, classes=len(inputs.labels), asked=asked)
    require_equal(prepared.graph, original, images.pixels, scores)
    return Reference(images=images, scores=scores)


def _make_files(
    folder: Path, deployment: Deployment, exporter: Exporter, reference: Reference, report: Report
) -> tuple[FileRecord, ...]:
    plan = deployment.plan
    with Measurement(folder, reference, jobs=plan.jobs) as measurement:
        for number, precision in enumerate(plan.precisions):
            step = 0.65 / len(plan.precisions)
            part = part_of(report, 0.25 + number * step, 0.25 + (number + 1) * step)
            for file in deployment.write(folder, exporter.make(precision, report=part)):
                measurement.add(file)
        report("comparing with the original", 0.9)
        pixels = reference.images.pixels
        return tuple(with_deviations(folder, record, plan, pixels) for record in measurement.records())


def _check_inputs(plan: ConversionPlan) -> _Inputs:
    require_source(plan.model)
    require_free(plan.output)
    folder = find_run(plan.model)
    run = None if folder is None else RunRecord.load(folder)
    known = run if run is not None else spec_inside(plan.model)
    labels = choose_labels(plan.labels, run, known)
    choice = choose_images(plan, run)
    if choice.evaluation is not None:
        choice = replace(choice, evaluation=choice.evaluation.relabelled(labels))
    return _Inputs(
        labels=labels,
        geometry=None if known is None else known.input,
        choice=choice,
        guard=None if plan.goal is None else choose_guard_images(plan, run, choice, labels),
    )


def _geometry(shape: tuple[int, int, int, int]) -> InputSpec:
    return InputSpec(height=shape[1], width=shape[2], channels=shape[3])


def _material(inputs: _Inputs, geometry: InputSpec) -> Material:
    return Material(
        classes=len(inputs.labels),
        calibration=load_pixels(inputs.choice.calibration, geometry),
        guard=None if inputs.guard is None else load_pixels(inputs.guard.files, geometry),
        guard_images=inputs.guard,
    )
