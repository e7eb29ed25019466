"""The bare runtime: pictures classified as fast as this machine's cores go, without a server."""

import io
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.cpu import usable_cores
from edgesmith.runtime.imagefolder import list_images

_JPEG_QUALITY = 90
_TOP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG and the right answer: label and score of the best classes."""

    jpeg: bytes
    best: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BareSlice:
    """Pictures a second, and this process' processor time for each."""

    per_second: float
    cpu_ms: float


def read_pictures(model: Path, folder: Path, *, side: int | None, count: int) -> list[Picture]:
    """`count` photos spread over `folder`, scaled to a longer side of `side`, with the classifier's answers."""
    files = list_images(folder)
    step = max(1, len(files) // count)
    with Classifier(model, threads=1) as classify:
        jpegs = [_jpeg(path, side) for path in files[::step][:count]]
        return [Picture(jpeg=jpeg, best=_best(classify, jpeg)) for jpeg in jpegs]


def _jpeg(path: Path, side: int | None) -> bytes:
    if side is None:
        return path.read_bytes()
    image = Image.open(path).convert("RGB")
    scale = side / max(image.size)
    written = io.BytesIO()
    image.resize((round(image.width * scale), round(image.height * scale))).save(
        written, "JPEG", quality=_JPEG_QUALITY
    )
    return written.getvalue()


def _best(classify: Classifier, jpeg: bytes) -> tuple[tuple[str, float], ...]:
    return tuple((one.label, one.score) for one in classify(jpeg).top(_TOP))


class Bare:
    """Two ways to keep all cores busy: one `Classifier` with a thread a core, or one of one thread for each core."""

    def __init__(self, model: Path, pictures: list[Picture]) -> None:
        cores = usable_cores()
        self._pictures = pictures
        self._ways = {
            f"one Classifier, {cores} threads": [Classifier(model, threads=cores)],
            f"{cores} Classifiers, 1 thread each": [Classifier(model, threads=1) for _ in range(cores)],
        }

    def measure(self, seconds: float) -> dict[str, BareSlice]:
        """A slice of each way, one after the other, of so many seconds together."""
        length = seconds / len(self._ways)
        return {name: _bare_slice(ways, self._pictures, length) for name, ways in self._ways.items()}


def faster(slices: list[dict[str, BareSlice]]) -> str:
    """The way with the higher median of pictures a second."""
    return max(slices[0], key=lambda name: statistics.median(each[name].per_second for each in slices))


def _bare_slice(classifiers: list[Classifier], pictures: list[Picture], seconds: float) -> BareSlice:
    end = time.perf_counter() + seconds
    counts = [0] * len(classifiers)

    def work(index: int) -> None:
        number = index * len(pictures) // len(classifiers)
        while time.perf_counter() < end:
            _best(classifiers[index], pictures[number % len(pictures)].jpeg)
            number += 1
            counts[index] += 1

    began, cpu = time.perf_counter(), time.process_time()
    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(classifiers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    return BareSlice(per_second=sum(counts) / took, cpu_ms=1000 * used / sum(counts))
