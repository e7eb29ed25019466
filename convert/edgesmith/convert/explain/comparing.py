"""The comparison of two `.tflite` files over some pictures: its numbers, its pictures and their record."""

from pathlib import Path

from edgesmith.convert.explain.compare import (
    HeatShift,
    Matching,
    heat_shift,
    match,
    require_twins,
    signal_to_noise,
)
from edgesmith.convert.explain.deployed_subject import DeployedSubject
from edgesmith.convert.explain.drawing import image_folder
from edgesmith.convert.explain.heatmaps import normalised
from edgesmith.convert.explain.pictures import heat_overlay, photo, save_png
from edgesmith.convert.explain.result import ComparisonRecord, LayerNoise, ShiftRecord
from edgesmith.convert.explain.subject import Pixels
from edgesmith.convert.explain.tensors import TensorValue, short_name
from edgesmith.runtime.images import load


def compare_files(
    first: DeployedSubject, second: DeployedSubject, images: tuple[Path, ...], folder: Path
) -> ComparisonRecord:
    """Noise of every layer over all pictures together; of each picture, the first file's best class explained."""
    require_twins(first, second)
    pictures = [load(file, first.geometry) for file in images]
    ours = [first.tensors.read(pixels) for pixels in pictures]
    theirs = [second.tensors.read(pixels) for pixels in pictures]
    matching = match(ours[0], theirs[0])
    return ComparisonRecord(
        files=(str(first.path), str(second.path)),
        kernels=(first.tensors.kernels, second.tensors.kernels),
        layers=tuple(_noises(matching, ours, theirs)),
        unmatched=(
            tuple(f"{place} {short_name(ours[0][place])}" for place in matching.unmatched[0]),
            tuple(f"{place} {short_name(theirs[0][place])}" for place in matching.unmatched[1]),
        ),
        images=tuple(
            _shift(first, second, pixels, folder, place=place, file=file)
            for place, (file, pixels) in enumerate(zip(images, pictures, strict=True))
        ),
    )


def _noises(
    matching: Matching, ours: list[list[TensorValue]], theirs: list[list[TensorValue]]
) -> list[LayerNoise]:
    rows = []
    for pair in matching.pairs:
        tensor = ours[0][pair.first]
        decibels = signal_to_noise(
            [tensors[pair.first].values for tensors in ours],
            [tensors[pair.second].values for tensors in theirs],
        )
        rows.append(
            LayerNoise(
                first=pair.first,
                second=pair.second,
                operator=tensor.operator,
                name=short_name(tensor).removeprefix(f"{tensor.operator} "),
                shape=tensor.values.shape,
                matched_by=pair.by,
                decibels=decibels,
            )
        )
    return rows


def _shift(
    first: DeployedSubject, second: DeployedSubject, pixels: Pixels, folder: Path, *, place: int, file: Path
) -> ShiftRecord:
    scores = first.scores(pixels)[0], second.scores(pixels)[0]
    index = int(scores[0].argmax())
    shift: HeatShift = heat_shift(first, second, pixels, index)
    subfolder = image_folder(place, file)
    pngs = f"{subfolder}/input.png", f"{subfolder}/occlusion-first.png", f"{subfolder}/occlusion-second.png"
    save_png(photo(pixels), folder / pngs[0])
    for png, found in zip(pngs[1:], shift.maps, strict=True):
        save_png(heat_overlay(pixels, normalised(found.drop)), folder / png)
    return ShiftRecord(
        file=str(file),
        label=first.labels[index],
        scores=(float(scores[0][index]), float(scores[1][index])),
        pngs=pngs,
        patch=shift.maps[0].patch,
        correlation=shift.correlation,
        distance=shift.distance,
        moved=shift.moved,
    )
