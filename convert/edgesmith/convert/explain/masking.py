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

# Sides of the hidden square as shares of the picture's, tried in turn: a confident network does not notice a
# small one. The next is taken when the score moves by less than this; an int8 file's scores have steps of 1/256.
_PATCHES = (1 / 6, 1 / 4, 1 / 3, 1 / 2)
_NOTICED = 0.02

# Score-CAM asks once for every channel. Those that vary little would only add noise and time.
_SCORE_CAM_CHANNELS = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occlusion:
    """`drop`: [height, width], how much the class's score falls (at most 1) when a square around here is hidden.

    Negative where hiding raises the score. `patch`: the square's side as a share of the picture's.
    """

    drop: NDArray[np.float32]
    patch: float


def occlusion(
    scores: ScoreFunction, picture: Pixels, classes: tuple[int, ...], *, patch: float | None = None
) -> list[Occlusion]:
    """One map a class, for `picture` [1, height, width, channels].

    M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014, section 4.2. The
    square has the picture's mean colour and moves by half its side, also over the rim, so that every pixel is
    hidden equally often. `patch`: None takes the smallest that the score notices.
    """
    before = scores(picture)[0, list(classes)]
    for share in _PATCHES if patch is None else (patch,):
        drops = _drops(scores, picture, classes, before, share)
        if np.abs(drops).max() >= _NOTICED:
            break
    return [Occlusion(drop=drops[:, :, place], patch=share) for place in range(len(classes))]


def score_cam(
    scores: ScoreFunction, picture: Pixels, features: NDArray[np.float32], classes: tuple[int, ...]
) -> list[NDArray[np.float32]]:
    """One heat map [h, w] of the feature map's size a class, at least 0.

    H. Wang et al., Score-CAM, CVPR workshops 2020: each channel, scaled up and to 0..1, is a mask over the
    picture; the masked picture's score, by softmax over channels, is the channel's weight. Of more than 64
    channels the 64 that stand out most are asked.
    """
    channels = strongest_channels(features, _SCORE_CAM_CHANNELS)
    kept = features[:, :, channels]
    low, high = kept.min(axis=(0, 1)), kept.max(axis=(0, 1))
    masks = (kept - low) / np.maximum(high - low, 1e-12)
    size = (picture.shape[2], picture.shape[1])
    masked = ((picture[0] * resized(masks[:, :, i], size)[:, :, None]) for i in range(len(channels)))
    answers = np.concatenate([scores(batch) for batch in _batches(masked)])
    heats = []
    for index in classes:
        weights = np.exp(answers[:, index] - answers[:, index].max())
        heat = np.maximum(kept @ (weights / weights.sum()), 0)
        heats.append(heat.astype(np.float32))
    return heats


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


def _drops(
    scores: ScoreFunction,
    picture: Pixels,
    classes: tuple[int, ...],
    before: NDArray[np.float32],
    share: float,
) -> NDArray[np.float32]:
    """Mean fall of the scores [height, width, classes] over the squares that hide each pixel."""
    boxes = list(_boxes(picture.shape[1], picture.shape[2], share))
    colour = picture[0].mean(axis=(0, 1)).round().astype(np.uint8)
    total = np.zeros((*picture.shape[1:3], len(classes)), np.float64)
    count = np.zeros((*picture.shape[1:3], 1))
    hidden = (_without(picture[0], box, colour) for box in boxes)
    answers = np.concatenate([scores(batch)[:, list(classes)] for batch in _batches(hidden)])
    for box, answer in zip(boxes, answers, strict=True):
        total[box] += before - answer
        count[box] += 1
    return (total / count).astype(np.float32)


def _boxes(height: int, width: int, share: float) -> Iterator[tuple[slice, slice]]:
    for rows in _spans(height, share):
        for columns in _spans(width, share):
            yield rows, columns


def _spans(length: int, share: float) -> Iterator[slice]:
    side = max(2, round(length * share))
    step = max(1, side // 2)
    for start in range(step - side, length, step):
        yield slice(max(0, start), start + side)


def _without(picture: Pixels, box: tuple[slice, slice], colour: Pixels) -> Pixels:
    hidden = picture.copy()
    hidden[box] = colour
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
