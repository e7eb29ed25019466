"""The picture files of one image and of the filters, with their records."""

import re
from pathlib import Path

import numpy as np

from edgesmith.convert.explain.activations import strongest_channels, summarise
from edgesmith.convert.explain.filters import default_filter_layer, filter_patterns
from edgesmith.convert.explain.heatmaps import AnySubject, heat_maps
from edgesmith.convert.explain.keras_subject import KerasSubject
from edgesmith.convert.explain.pictures import channel_grid, heat_overlay, pattern_sheet, photo, save_png
from edgesmith.convert.explain.plan import ExplainPlan, PictureKind
from edgesmith.convert.explain.result import ClassScore, FilterRecord, HeatRecord, ImageRecord, LayerRecord
from edgesmith.convert.explain.subject import Pixels, class_index
from edgesmith.runtime.images import load
from edgesmith.runtime.scores import Scores

_TOP_SHOWN = 5


def draw_image(
    subject: AnySubject,
    plan: ExplainPlan,
    folder: Path,
    *,
    place: int,
    file: Path,
    kinds: tuple[PictureKind, ...],
) -> ImageRecord:
    """Heat maps and activations of one picture, below `folder/<number>-<name>/`."""
    pixels = load(file, subject.geometry)
    scores = Scores(subject.labels, subject.scores(pixels)[0])
    subfolder = image_folder(place, file)
    save_png(photo(pixels), folder / subfolder / "input.png")
    if plan.classes:
        classes = tuple(dict.fromkeys(class_index(subject.labels, name) for name in plan.classes))
    else:
        classes = tuple(prediction.index for prediction in scores.top(plan.top))
    return ImageRecord(
        file=str(file),
        png=f"{subfolder}/input.png",
        truth=None,
        top=tuple(ClassScore(label=found.label, score=found.score) for found in scores.top(_TOP_SHOWN)),
        heatmaps=_heat(subject, plan, folder, subfolder, pixels, classes) if "heatmaps" in kinds else (),
        layers=_layers(subject, plan, folder, subfolder, pixels) if "activations" in kinds else (),
    )


def draw_filters(subject: KerasSubject, plan: ExplainPlan, folder: Path) -> tuple[FilterRecord, ...]:
    """Patterns of the chosen layers: of the filters that answer to the first picture most, or the first ones."""
    records = []
    for layer in plan.filter_layers or (default_filter_layer(subject.network),):
        node = subject.network.find(layer)
        count = min(plan.filters, int(node.output.shape[-1]))
        if plan.images:
            values = subject.feature_map(load(plan.images[0], subject.geometry), node.path).values
            indices = tuple(strongest_channels(values, count))
        else:
            indices = tuple(range(count))
        made = filter_patterns(subject.model, node.path, indices, seed=plan.seed)
        png = f"filters/{file_name(made.layer)}.png"
        save_png(pattern_sheet(made.patterns), folder / png)
        records.append(
            FilterRecord(
                layer=made.layer, filters=made.filters, indices=made.indices, blank=made.blank, png=png
            )
        )
    return tuple(records)


def image_folder(place: int, file: Path) -> str:
    """`01-tulip`: unique by number, and a name that every file system takes."""
    return f"{place + 1:02d}-{file_name(file.stem)}"


def file_name(text: str) -> str:
    """A name of letters, digits, dots, dashes and underscores, at most 80 long."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._")[:80] or "image"


def _heat(
    subject: AnySubject,
    plan: ExplainPlan,
    folder: Path,
    subfolder: str,
    pixels: Pixels,
    classes: tuple[int, ...],
) -> tuple[HeatRecord, ...]:
    records = []
    for made in heat_maps(subject, pixels, classes, methods=plan.methods, layer=plan.layer):
        # The index keeps classes apart whose names differ only in what a file name cannot hold.
        label = subject.labels[made.index]
        png = f"{subfolder}/{made.method.replace('++', '-plus-plus')}-{made.index}-{file_name(label)}.png"
        save_png(heat_overlay(pixels, made.heat), folder / png)
        records.append(
            HeatRecord(label=label, method=made.method, png=png, centre=made.centre, note=made.note)
        )
    return tuple(records)


def _layers(
    subject: AnySubject, plan: ExplainPlan, folder: Path, subfolder: str, pixels: Pixels
) -> tuple[LayerRecord, ...]:
    records = []
    for place, activation in enumerate(subject.activations(pixels)):
        summary = summarise(activation)
        png = f"{subfolder}/activations/{place:03d}-{file_name(activation.name)}.png"
        save_png(channel_grid(activation.values.astype(np.float32), most=plan.channels), folder / png)
        records.append(
            LayerRecord(
                name=summary.name,
                kind=summary.kind,
                shape=summary.shape,
                sparsity=summary.sparsity,
                dead=summary.dead,
                shown=min(plan.channels, summary.shape[2]),
                png=png,
            )
        )
    return tuple(records)
