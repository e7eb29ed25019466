"""What is settled before TensorFlow is loaded: the plan, the images it has, and whether they fit each other."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgesmith.runtime.errors import OptionError
from edgesmith.train.data import DataSet, find_splits
from edgesmith.train.defaults import SettledPlan, settle
from edgesmith.train.plan import TrainingPlan
from edgesmith.train.runfolder import require_startable
from edgesmith.train.start import require_same_classes

if TYPE_CHECKING:
    from edgesmith.train.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """`begun`: when, by `time.perf_counter`."""

    plan: SettledPlan
    found: DataSet
    begun: float

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of the network's outputs."""
        return self.found.splits["train"].labels


def prepare(plan: TrainingPlan, *, progress: "Progress") -> Preparation:
    """Settle the plan and find the images.

    Raises `DataError` for the data, `OutputError` for the RUN folder and `EdgesmithError` for a plan that
    contradicts itself or does not fit the classes.
    """
    begun = time.perf_counter()
    settled = settle(plan)
    require_startable(settled, resume=plan.resume)
    found = find_splits(settled.data, seed=settled.seed, progress=progress)
    preparation = Preparation(plan=settled, found=found, begun=begun)
    _require_fitting_classes(settled, preparation.labels)
    return preparation


def _require_fitting_classes(plan: SettledPlan, labels: tuple[str, ...]) -> None:
    for earlier in (plan.start, plan.teacher):
        if earlier is not None:
            require_same_classes(earlier, labels)
    if plan.head == "sigmoid" and len(labels) != 2:
        raise OptionError(
            f"--head sigmoid tells two classes apart, and there are {len(labels)}: {', '.join(labels)}",
            tip="leave it out",
        )
