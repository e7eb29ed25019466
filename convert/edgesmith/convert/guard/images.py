"""Images to judge rungs on, used for nothing else."""

from dataclasses import dataclass, replace
from pathlib import Path

from edgesmith.convert.images import ImageChoice, refuse_overlap
from edgesmith.convert.plan import ConversionPlan
from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import list_images, list_labelled
from edgesmith.runtime.runrecord import RunRecord, require_unchanged, sha256_of

MOST_IMAGES = 800
"""With so many, agreement near 92 % has a standard error of 0.9 points; more would only take time."""

_FEW = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardImages:
    """`classes`: indices into the model's labels, None where they are not known. `kind`: where they are from."""

    files: tuple[Path, ...]
    classes: tuple[int, ...] | None
    kind: str

    @property
    def warning(self) -> str | None:
        """What is wrong with judging on these, if something is."""
        if self.kind == "evaluation":
            return (
                "the guard had only the evaluation images to choose a rung on: beyond the first rung, the "
                "accuracy stated for the files flatters; --guard DIR names images for the choice"
            )
        if len(self.files) < _FEW:
            return f"the guard chose on {len(self.files)} images only; see the intervals for what that proves"
        return None


def choose_guard_images(
    plan: ConversionPlan, run: RunRecord | None, choice: ImageChoice, labels: tuple[str, ...]
) -> GuardImages:
    """The folder of `--guard`, else the RUN's validation split, else what calibration left of its folder.

    Where there is nothing of the kind, the evaluation images, with a warning. Raises `DataError` when there
    are none at all, when labels are needed and missing, or when an image serves another purpose as well.
    """
    needs_labels = plan.goal is not None and plan.goal.needs_labels
    found = _found(plan, run, choice, labels, needs_labels=needs_labels)
    if found.kind != "evaluation":
        refuse_overlap(found.files, "the guard", choice.calibration, "calibration")
        evaluation = () if choice.evaluation is None else choice.evaluation.files
        refuse_overlap(found.files, "the guard", evaluation, "evaluation")
    return found


def _found(
    plan: ConversionPlan,
    run: RunRecord | None,
    choice: ImageChoice,
    labels: tuple[str, ...],
    *,
    needs_labels: bool,
) -> GuardImages:
    if plan.guard is not None:
        if not needs_labels:
            return GuardImages(files=tuple(list_images(plan.guard)), classes=None, kind="guard folder")
        images = list_labelled(plan.guard).relabelled(labels)
        return GuardImages(files=images.files, classes=images.classes, kind="guard folder")
    if run is not None:
        require_unchanged(Path(run.data.root), run.data.val)
        images = run.images("val")
        return GuardImages(files=images.files, classes=images.classes, kind="validation")
    spare = _spare(plan, choice, labels)
    if spare.files and (spare.classes is not None or not needs_labels):
        return spare
    if choice.evaluation is not None:
        images = choice.evaluation
        return GuardImages(files=images.files, classes=images.classes, kind="evaluation")
    raise DataError(
        "the guard has no images to judge on",
        tip="--guard DIR with DIR/<class>/* for --max-drop, or any images for --min-agreement",
    )


def _spare(plan: ConversionPlan, choice: ImageChoice, labels: tuple[str, ...]) -> GuardImages:
    """What calibration left over, copies of its images left out; with classes where the folders say them."""
    used = {sha256_of(file) for file in choice.calibration}
    if choice.evaluation is not None:
        used |= {sha256_of(file) for file in choice.evaluation.files}
    files = [file for file in choice.spare[-2 * MOST_IMAGES :] if sha256_of(file) not in used][-MOST_IMAGES:]
    found = GuardImages(files=tuple(files), classes=None, kind="held-out")
    index = {label: position for position, label in enumerate(labels)}
    names = [file.parent.name for file in files]
    if plan.calibration is None or not set(names) <= set(index):
        return found
    return replace(found, classes=tuple(index[name] for name in names))
