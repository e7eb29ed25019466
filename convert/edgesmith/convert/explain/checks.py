"""Before slow work: which model is meant, what it allows, and whether every name that was given exists."""

from pathlib import Path

from edgesmith.convert.explain.deployed_subject import DeployedSubject
from edgesmith.convert.explain.filters import default_filter_layer
from edgesmith.convert.explain.heatmaps import AnySubject, methods_for
from edgesmith.convert.explain.keras_subject import KerasSubject, load_keras_subject
from edgesmith.convert.explain.plan import PICTURE_KINDS, ExplainPlan, PictureKind
from edgesmith.convert.explain.subject import class_index
from edgesmith.convert.sources.load import find_run
from edgesmith.runtime.atomic import require_free
from edgesmith.runtime.errors import DataError, ModelFileError, OptionError, UnsupportedModelError
from edgesmith.runtime.images import decode
from edgesmith.runtime.runrecord import MODEL_FILE, RunRecord


def load_subject(plan: ExplainPlan) -> AnySubject:
    """The model of a plan: a RUN, a `.keras`, a `.tflite` or a `.onnx`. Raises `ModelFileError` for others."""
    if find_run(plan.model) is None and plan.model.suffix.lower() in (".tflite", ".onnx"):
        return DeployedSubject(plan.model)
    return load_trained(plan)


def load_trained(plan: ExplainPlan) -> KerasSubject:
    """The Keras model of a RUN, or of a `.keras` file. Raises `ModelFileError` for anything else."""
    path, run_folder = plan.model, find_run(plan.model)
    if run_folder is None and (path.suffix != ".keras" or not path.is_file()):
        raise ModelFileError(
            f"{str(path)!r} is no model that can be explained",
            tip="give a RUN folder, a .keras file, or a .tflite or .onnx written by edgesmith",
        )
    run = None if run_folder is None else RunRecord.load(run_folder)
    labels = _labels(plan.labels) if plan.labels is not None else (run.labels if run else None)
    return load_keras_subject(
        path if run_folder is None else run_folder / MODEL_FILE,
        name=(path if run_folder is None else run_folder).resolve().stem,
        labels=labels,
        geometry=run.input if run else None,
    )


def require_readable(plan: ExplainPlan) -> None:
    """Raise `OutputError` for a folder that is not free, `ImageError` for a picture that cannot be read."""
    require_free(plan.output)
    for file in plan.images:
        decode(file)


def _labels(file: Path) -> tuple[str, ...]:
    try:
        return tuple(line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"cannot read the labels {str(file)!r}: {error}", tip="a text file, UTF-8, one label a line"
        ) from error


def possible_kinds(plan: ExplainPlan, subject: AnySubject) -> tuple[PictureKind, ...]:
    """What to make. Raises `UnsupportedModelError` for what was asked for and cannot be."""
    on_images: set[PictureKind] = {"activations", "heatmaps"}
    if isinstance(subject, KerasSubject):
        possible = set(PICTURE_KINDS)
    else:
        possible = on_images if subject.has_tensors else {"heatmaps"}
    for kind in plan.kinds or ():
        if kind not in possible:
            raise UnsupportedModelError(
                f"{kind} cannot be made for {plan.model.name}",
                tip="filter patterns need gradients, so a RUN or .keras; activations need those or a .tflite",
            )
    if not plan.images:
        possible -= on_images
    wanted = tuple(kind for kind in plan.kinds or PICTURE_KINDS if kind in possible)
    if not wanted:
        raise OptionError("there is nothing to show without an image", tip="name an image after MODEL")
    return wanted


def require_names(plan: ExplainPlan, subject: AnySubject, kinds: tuple[PictureKind, ...]) -> None:
    """Ask for every class and layer once, so that a wrong name is told before slow work."""
    for name in plan.classes:
        class_index(subject.labels, name)
    if "heatmaps" in kinds:
        methods = methods_for(subject, plan.methods)
        if isinstance(subject, KerasSubject) and methods != ("occlusion",):
            subject.map_node(plan.layer)
    if "filters" in kinds and isinstance(subject, KerasSubject):
        for layer in plan.filter_layers or (default_filter_layer(subject.network),):
            subject.network.find(layer)


def notes_on(plan: ExplainPlan, subject: AnySubject, kinds: tuple[PictureKind, ...]) -> tuple[str, ...]:
    """What a reader of the page should know of how it came about."""
    notes = []
    if isinstance(subject, DeployedSubject):
        if "activations" in kinds:
            notes.append(
                f"Activations are the interpreter's own tensors, dequantized by scale and zero point. Computed by"
                f" {subject.tensors.kernels}."
            )
        notes.append(
            "A deployed file has no gradients: heat maps hide parts of the picture instead, and filter patterns"
            " need the RUN."
        )
    elif plan.labels is None and find_run(plan.model) is None:
        notes.append("The model does not name its classes; `--labels FILE` does.")
    return tuple(notes)
