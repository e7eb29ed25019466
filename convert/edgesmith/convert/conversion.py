"""`convert(plan)`: from a model to the files of DEPLOY, each one measured after it is written."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from edgesmith.convert.export import Flatbuffers, export
from edgesmith.convert.golden import golden_answers
from edgesmith.convert.images import ImageChoice, choose_images, parity_images
from edgesmith.convert.measure import measure_files
from edgesmith.convert.onnx.lower import INT8_PASSES, lower
from edgesmith.convert.original import Original
from edgesmith.convert.packaging import package_onnx, package_tflite
from edgesmith.convert.plan import ConversionPlan, WritablePrecision
from edgesmith.convert.prepare import prepare_graph
from edgesmith.convert.record import ConversionRecord
from edgesmith.convert.sources import Source, load_source
from edgesmith.convert.sources.load import find_run, require_source
from edgesmith.convert.sources.tflite_file import spec_inside
from edgesmith.convert.written import WrittenFile
from edgesmith.runtime.atomic import require_free, staged_folder, write_bytes, write_json
from edgesmith.runtime.errors import DataError, OptionError
from edgesmith.runtime.runrecord import RunRecord
from edgesmith.runtime.spec import InputSpec, ModelSpec, SourceSpec

_SHOWN = 5  # labels in a message; a model may have a thousand

Report = Callable[[str, float], None]
"""Called with what is being done and the share of the conversion that is behind it, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """`geometry`: how pictures become the input, where the model says so; None leaves it to the tensor's shape."""

    labels: tuple[str, ...]
    geometry: InputSpec | None
    choice: ImageChoice


def _silent(stage: str, share: float) -> None:
    """The default `Report`: nobody asked."""


def convert(plan: ConversionPlan, *, report: Report = _silent) -> ConversionRecord:
    """Convert, write the folder `plan.output` and return what was measured.

    Raises `OutputError` for a folder that is not free and `ModelFileError`, `DataError`, `OptionError` for
    unfit inputs, all before slow work; `ImageError` for an unreadable image; `UnsupportedModelError` for a
    model that cannot be converted.
    """
    started = time.perf_counter()
    inputs = _check_inputs(plan)
    report("loading the model", 0.0)
    source = load_source(plan.model)
    prepared = prepare_graph(source.flatbuffer, inputs.labels, plan.normalisation)
    graph = prepared.graph
    original = Original(source=source, normalisation=plan.normalisation, logits=prepared.from_logits)
    geometry = inputs.geometry or _geometry(graph.input_shape)
    flatbuffers = export(
        graph,
        plan.precisions,
        inputs.choice.calibration,
        geometry,
        report=lambda s, share: report(s, 0.3 + 0.3 * share),
    )
    with staged_folder(plan.output) as folder:
        specs = _specs(plan, source, inputs.labels, geometry, flatbuffers)
        files = _write_files(plan, folder, flatbuffers, specs, report)
        images = parity_images(inputs.choice, geometry)
        report("comparing with the original", 0.75)
        measured = measure_files(folder, files, original, images, classes=len(inputs.labels))
        record = ConversionRecord(
            name=plan.name,
            source=measured.source_record(plan.name, source),
            files=measured.files,
            calibration_images=len(inputs.choice.calibration),
            input_offset=flatbuffers.input_offset,
            seconds=time.perf_counter() - started,
        )
        write_json(folder / "convert.json", record.to_json())
        write_bytes(folder / "convert.md", record.to_markdown().encode())
    report("done", 1.0)
    return record


def _check_inputs(plan: ConversionPlan) -> _Inputs:
    require_source(plan.model)
    require_free(plan.output)
    folder = find_run(plan.model)
    run = None if folder is None else RunRecord.load(folder)
    known = run if run is not None else spec_inside(plan.model)
    labels = _labels(plan, run, known)
    choice = choose_images(plan, run)
    if choice.evaluation is not None:
        choice = replace(choice, evaluation=choice.evaluation.relabelled(labels))
    return _Inputs(labels=labels, geometry=None if known is None else known.input, choice=choice)


def _labels(
    plan: ConversionPlan, run: RunRecord | None, known: RunRecord | ModelSpec | None
) -> tuple[str, ...]:
    if plan.labels is None:
        if known is None:
            raise OptionError(
                "the model does not say what its outputs mean",
                tip="--labels FILE with one label a line, in output order",
            )
        return known.labels
    labels = _read_labels(plan.labels)
    # Training fixed what each output means, and the RUN's images are labelled accordingly.
    if run is not None and labels != run.labels:
        raise OptionError(
            f"{str(plan.labels)!r} holds {_listed(labels)}, and the RUN was trained on {_listed(run.labels)}",
            tip="leave out --labels: the RUN brings its own",
        )
    return labels


def _read_labels(file: Path) -> tuple[str, ...]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read the labels {str(file)!r}: {error}") from error
    labels = tuple(line.strip() for line in lines if line.strip())
    twice = tuple(label for label, count in Counter(labels).items() if count > 1)
    if twice:
        raise DataError(
            f"{str(file)!r} holds more than once: {_listed(twice)}",
            tip="each output needs a label of its own",
        )
    if len(labels) < 2:
        raise DataError(
            f"{str(file)!r} holds {len(labels)} labels; at least 2 are needed",
            tip="one label a line, in output order",
        )
    return labels


def _listed(labels: tuple[str, ...]) -> str:
    more = f" … ({len(labels)} labels)" if len(labels) > _SHOWN else ""
    return ", ".join(map(repr, labels[:_SHOWN])) + more


def _geometry(shape: tuple[int, int, int, int]) -> InputSpec:
    return InputSpec(height=shape[1], width=shape[2], channels=shape[3])


def _specs(
    plan: ConversionPlan,
    source: Source,
    labels: tuple[str, ...],
    geometry: InputSpec,
    flatbuffers: Flatbuffers,
) -> dict[WritablePrecision, ModelSpec]:
    return {
        precision: ModelSpec(
            name=plan.name,
            labels=labels,
            input=geometry,
            precision=precision,
            source=SourceSpec(sha256=source.sha256, framework=source.framework),
            golden=golden_answers(flatbuffer, geometry, precision),
        )
        for precision, flatbuffer in flatbuffers.by_precision.items()
    }


def _write_files(
    plan: ConversionPlan,
    folder: Path,
    flatbuffers: Flatbuffers,
    specs: dict[WritablePrecision, ModelSpec],
    report: Report,
) -> list[WrittenFile]:
    files = []
    for precision, flatbuffer in flatbuffers.by_precision.items():
        for model_format in plan.formats:
            report(f"writing {precision} {model_format}", 0.6)
            started = time.perf_counter()
            if model_format == "tflite":
                data = package_tflite(flatbuffer, specs[precision])
            else:
                lowered = lower(flatbuffer, passes=INT8_PASSES if precision == "int8" else ())
                data = package_onnx(lowered, specs[precision])
            path = f"{plan.name}-{precision}.{model_format}"
            write_bytes(folder / path, data)
            spent = time.perf_counter() - started
            # The lowering starts from the flatbuffer, whose own time belongs to the .tflite.
            spent += flatbuffers.seconds[precision] if model_format == "tflite" else 0.0
            files.append(WrittenFile(path=path, format=model_format, precision=precision, seconds=spent))
    return files
