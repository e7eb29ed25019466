"""Every written file, run on real images and compared with the original model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.census import count_operators
from edgesmith.convert.images import ParityImages
from edgesmith.convert.original import Original
from edgesmith.convert.parity import as_probabilities, compare, file_outputs, identical_share
from edgesmith.convert.record import FileRecord, SourceRecord
from edgesmith.convert.sources import Source
from edgesmith.convert.written import WrittenFile
from edgesmith.runtime.accuracy import Accuracy, measure_accuracy
from edgesmith.runtime.runrecord import sha256_of
from edgesmith.runtime.spec import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The files' records and the source's accuracy, None without labelled images."""

    files: tuple[FileRecord, ...]
    source_accuracy: Accuracy | None

    def source_record(self, name: str, source: Source) -> SourceRecord:
        """The source's entry of `convert.json`."""
        return SourceRecord(
            name=name, framework=source.framework, sha256=source.sha256, accuracy=self.source_accuracy
        )


def measure_files(
    folder: Path, files: Sequence[WrittenFile], original: Original, images: ParityImages, *, classes: int
) -> Measured:
    """Run each file on its default engine over all images."""
    source = original.scores(images.pixels, classes=classes)
    first_of: dict[Precision, tuple[str, NDArray[Any]]] = {}
    records = []
    for file in files:
        rows = file_outputs(folder / file.path, images.pixels)
        scores = as_probabilities(rows, classes=classes)
        parity = compare(scores, source, images_from=images.kind)
        if file.precision in first_of:
            twin, others = first_of[file.precision]
            parity = replace(parity, identical_share=identical_share(rows, others), identical_to=twin)
        else:
            first_of[file.precision] = (file.path, rows)
        _, share = count_operators(folder / file.path)
        records.append(
            FileRecord(
                path=file.path,
                format=file.format,
                precision=file.precision,
                bytes=(folder / file.path).stat().st_size,
                sha256=sha256_of(folder / file.path),
                int8_share=share,
                parity=parity,
                accuracy=_accuracy(scores, images),
                seconds=file.seconds,
            )
        )
    return Measured(files=tuple(records), source_accuracy=_accuracy(source, images))


def _accuracy(scores: NDArray[np.float32], images: ParityImages) -> Accuracy | None:
    return None if images.classes is None else measure_accuracy(scores, images.classes)
