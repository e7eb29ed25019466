"""Heat maps without gradients: hide parts of the picture and watch the score. Works on every model."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgesmith.convert.explain.activations import strongest_channels
from edgesmith.convert.explain.subject import Pixels

ScoreFunction = Callable[[Pixels], NDArray[np.float32]]

_BATCH = 16

# Sides of the hidden square as shares of the picture's, tried in turn: the next is taken while hiding moves the
# log-odds nowhere by more than half. An int8 file that is certain to 255/256 notices only large squares.
_PATCHES = (1 / 6, 1 / 4, 1 / 3, 1 / 2)
_NOTICED = 0.5

# Score-CAM asks once for every channel. Those that vary little would only add noise and time.
_SCORE_CAM_CHANNELS = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occlusion:
    """`drop`: [height, width], how much the class's log-odds fall when a square around here is hidden.

    Negative where hiding speaks for the class. `patch`: the square's side as a share of the picture's.
    `before` and `lowest`: the class's score with nothing hidden and with the most important square hidden.
    """

    drop: NDArray[np.float32]
    patch: float
    before: float
    lowest: float


def occlusion(
    scores: ScoreFunction,
    picture: Pixels,
    classes: tuple[int, ...],
    *,
    resolution: float,
    patch: float | None = None,
) -> list[Occlusion]:
    """One map a class, for `picture` [1, height, width, channels].

    M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014, section 4.2, on
    log-odds, since probabilities near 1 hardly move. The square has the picture's mean colour and moves by half
    its side, also over the rim, so that every pixel is hidden equally often. `resolution`: the smallest step of a
    score, closer than half of which to 0 or 1 nothing is known. `patch`: None takes the smallest that is noticed.
    """
    chosen = list(classes)
    before = scores(picture)[0, chosen]
    for share in _PATCHES if patch is None else (patch,):
        boxes = list(_boxes(picture.shape[1], picture.shape[2], share))
        answers = _hidden_scores(scores, picture, boxes)[:, chosen]
        falls = log_odds(before, resolution) - log_odds(answers, resolution)
        # One step of a coarse score next to 0 or 1 is much in log-odds and may be mere rounding.
        if np.abs(falls).max() >= _NOTICED and np.abs(before - answers).max() > 2 * resolution:
            break
    drops = _spread(picture.shape[1:3], boxes, falls)
    return [
        Occlusion(
            drop=drops[:, :, place],
            patch=share,
            before=float(before[place]),
            lowest=float(answers[:, place].min()),
        )
        for place in range(len(chosen))
    ]


def log_odds(score: NDArray[np.float32], resolution: float) -> NDArray[np.float64]:
    """ln(p / (1 - p)), with p kept half a `resolution` away from 0 and 1."""
    known = np.clip(score.astype(np.float64), resolution / 2, 1 - resolution / 2)
    odds: NDArray[np.float64] = np.log(known / (1 - known))
    return odds


def score_cam(
    scores: ScoreFunction, picture: Pixels, features: NDArray[np.float32], classes: tuple[int, ...]
) -> list[NDArray[np.float32]]:
    """One heat map [h, w] of the feature map's size a class, at least 0.

    H. Wang et al., Score-CAM, CVPR workshops 2020, equations 4 and 6: each channel, scaled up and to 0..1, is
    a mask over the picture, and its weight is by how much the masked picture's score exceeds that of a blank
    one. Masked away is the picture's mean colour. Of more than 64 channels the 64 that stand out most are asked.
    """
    kept = features[:, :, strongest_channels(features, _SCORE_CAM_CHANNELS)]
    low, high = kept.min(axis=(0, 1)), kept.max(axis=(0, 1))
    masks = np.moveaxis((kept - low) / np.maximum(high - low, 1e-12), 2, 0)
    size = (picture.shape[2], picture.shape[1])
    blank = picture[0].mean(axis=(0, 1))
    masked = (blank + (picture[0] - blank) * resized(mask, size)[:, :, None] for mask in masks)
    answers = np.concatenate([scores(batch) for batch in _batches(masked)])
    baseline = scores(np.broadcast_to(blank.astype(np.uint8), picture.shape))
    gains = (answers - baseline)[:, list(classes)]
    return list(np.moveaxis(np.maximum(kept @ gains, 0).astype(np.float32), 2, 0))


def resized(heat: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """A map [h, w] scaled to `size` (width, height), bilinear."""
    picture = Image.fromarray(heat.astype(np.float32))
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.float32)


def centre_of_mass(heat: NDArray[np.float32]) -> tuple[float, float] | None:
    """Where the positive heat lies: x and y as shares 0..1 from the upper left; None without any."""
    positive = np.maximum(heat.astype(np.float64), 0)
    total = positive.sum()
    if total == 0:
        return None
    height, width = heat.shape
    x = (positive.sum(axis=0) * (np.arange(width) + 0.5)).sum() / total / width
    y = (positive.sum(axis=1) * (np.arange(height) + 0.5)).sum() / total / height
    return float(x), float(y)


def _hidden_scores(
    scores: ScoreFunction, picture: Pixels, boxes: list[tuple[slice, slice]]
) -> NDArray[np.float32]:
    """Scores [boxes, classes] of the picture with one box hidden at a time."""
    colour = picture[0].mean(axis=(0, 1)).round().astype(np.uint8)
    hidden = (_without(picture[0], box, colour) for box in boxes)
    return np.concatenate([scores(batch) for batch in _batches(hidden)])


def _spread(
    size: tuple[int, ...], boxes: list[tuple[slice, slice]], falls: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Mean over the boxes that hide each pixel, weighted by how near the pixel is to the box's middle.

    [height, width, classes]; without the weights the map would look like overlapping sheets of paper.
    """
    total, weight = np.zeros((*size, falls.shape[1])), np.zeros((*size, 1))
    for (rows, columns), fall in zip(boxes, falls, strict=True):
        near = np.outer(_nearness(rows, size[0]), _nearness(columns, size[1]))[:, :, None]
        total += near * fall
        weight += near
    return (total / weight).astype(np.float32)


def _nearness(span: slice, length: int) -> NDArray[np.float64]:
    """Of each of `length` pixels: 1 in the middle of the span, falling to 0 beyond its ends."""
    side = span.stop - span.start
    distance = np.abs(np.arange(length) + 0.5 - (span.start + span.stop) / 2)
    near: NDArray[np.float64] = np.maximum(0, 1 - 2 * distance / (side + 1))
    return near


def _boxes(height: int, width: int, share: float) -> Iterator[tuple[slice, slice]]:
    for rows in _spans(height, share):
        for columns in _spans(width, share):
            yield rows, columns


def _spans(length: int, share: float) -> Iterator[slice]:
    side = max(2, round(length * share))
    step = max(1, side // 2)
    for start in range(step - side, length, step):
        yield slice(start, start + side)


def _without(picture: Pixels, box: tuple[slice, slice], colour: Pixels) -> Pixels:
    hidden = picture.copy()
    # A box over the rim starts below 0, which NumPy would count from the end.
    hidden[max(0, box[0].start) : box[0].stop, max(0, box[1].start) : box[1].stop] = colour
    return hidden


def _batches(pictures: Iterator[NDArray[np.generic]]) -> Iterator[Pixels]:
    batch = []
    for picture in pictures:
        batch.append(picture.astype(np.uint8))
        if len(batch) == _BATCH:
            yield np.stack(batch)
            batch = []
    if batch:
        yield np.stack(batch)
