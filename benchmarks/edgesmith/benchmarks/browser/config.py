"""What the page is told: `config.json`, version `edgesmith.browser-config/1`, and the files that it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.measure import SETTLE
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.schedule import BLOCKS, image_order
from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.runtime.web.modelconfig import model_config

CONFIG_SCHEMA: Literal["edgesmith.browser-config/1"] = "edgesmith.browser-config/1"

# Real images that samples go through in a circle. A network's time hardly depends on what is on them, and a phone
# has to download each, 150 kB for an input of 224.
PICTURES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """`config`: JSON's types only. `models`, `pictures`: bytes by the index in it; raw pixels [height, width, channels].

    `each`: how many pictures a model is given.
    """

    config: dict[str, Any]
    models: tuple[bytes, ...]
    pictures: tuple[bytes, ...]
    each: int


def prepare(
    models: Sequence[ModelInput], images: Sequence[Path], plan: BenchmarkPlan, *, session: str
) -> Served:
    """Read the models and preprocess the pictures, by the runtime, once for each input geometry.

    Raises as `Classifier` does for a file that this machine cannot open: its input and output types are read here.
    """
    chosen = image_order(images, seed=plan.seed)[:PICTURES]
    geometries: dict[InputSpec, list[int]] = {}
    pictures: list[bytes] = []
    entries: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    contents = [model.path.read_bytes() for model in models]
    for index, (model, content) in enumerate(zip(models, contents, strict=True)):
        spec = model.spec.input
        if spec not in geometries:
            geometries[spec] = list(range(len(pictures), len(pictures) + len(chosen)))
            pictures += [load(file, spec).tobytes() for file in chosen]
            shapes += [{"index": number, "shape": list(spec.shape[1:])} for number in geometries[spec]]
        with Classifier(model.path, threads=1) as classifier:
            entry = model_config(model.path, content, classifier, index=index)
        entries.append(entry | {"file": model.file, "images": geometries[spec]})
    config = {
        "schema": CONFIG_SCHEMA,
        "session": session,
        "plan": _plan(plan),
        "models": entries,
        "images": shapes,
    }
    return Served(config=config, models=tuple(contents), pictures=tuple(pictures), each=len(chosen))


def _plan(plan: BenchmarkPlan) -> dict[str, Any]:
    return {
        "samples": plan.samples,
        "seconds": plan.seconds,
        "blocks": BLOCKS,
        "settle": SETTLE,
        "warmup_inferences": plan.warmup_inferences,
        "warmup_seconds": plan.warmup_seconds,
        "threads": list(plan.threads),
    }
