"""Every written file, run on real images and compared with the original model."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.anatomy import read_anatomy
from edgesmith.convert.images import ComparedImages
from edgesmith.convert.parity import as_probabilities, compare, file_outputs, identical_share
from edgesmith.convert.record import FileRecord
from edgesmith.convert.written import WrittenFile
from edgesmith.runtime.accuracy import Accuracy, measure_accuracy
from edgesmith.runtime.runrecord import sha256_of
from edgesmith.runtime.spec import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The source's probabilities [n, classes] for `images`."""

    images: ComparedImages
    scores: NDArray[np.float32]

    @property
    def accuracy(self) -> Accuracy | None:
        """The source's own, on the labelled images; None without."""
        return accuracy_of(self.scores, self.images)


class Measurement:
    """Runs written files on their default engines over all images, several at a time, while others are made."""

    def __init__(self, folder: Path, reference: Reference, *, jobs: int) -> None:
        self._folder, self._reference = folder, reference
        self._pool = ThreadPoolExecutor(jobs)  # engines compute without Python's lock
        self._pending: list[tuple[WrittenFile, Future[NDArray[Any]]]] = []

    def __enter__(self) -> "Measurement":
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def add(self, file: WrittenFile) -> None:
        """Start on a file as soon as it is written."""
        pixels = self._reference.images.pixels
        self._pending.append((file, self._pool.submit(file_outputs, self._folder / file.path, pixels)))

    def records(self) -> tuple[FileRecord, ...]:
        """What was measured, in the order the files came in."""
        first_of: dict[Precision, tuple[str, NDArray[Any]]] = {}
        records = []
        for file, outputs in self._pending:
            rows = outputs.result()
            twin = first_of.setdefault(file.precision, (file.path, rows))
            records.append(_record(self._folder, file, rows, twin, self._reference))
        return tuple(records)


def accuracy_of(scores: NDArray[np.float32], images: ComparedImages) -> Accuracy | None:
    """Accuracy on the labelled ones, which come first."""
    if images.classes is None:
        return None
    return measure_accuracy(scores[: len(images.classes)], images.classes)


def _record(
    folder: Path,
    file: WrittenFile,
    rows: NDArray[Any],
    twin: tuple[str, NDArray[Any]],
    reference: Reference,
) -> FileRecord:
    scores = as_probabilities(rows, classes=reference.scores.shape[1])
    parity = compare(scores, reference.scores, images_from=reference.images.kind)
    if twin[0] != file.path:
        parity = replace(parity, identical_share=identical_share(rows, twin[1]), identical_to=twin[0])
    return FileRecord(
        path=file.path,
        format=file.format,
        precision=file.precision,
        bytes=(folder / file.path).stat().st_size,
        sha256=sha256_of(folder / file.path),
        int8_share=read_anatomy(folder / file.path).int8_share,
        parity=parity,
        accuracy=accuracy_of(scores, reference.images),
        seconds=file.seconds,
    )
