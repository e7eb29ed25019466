"""Classify every picture below a folder and write the answers as a table, answers.csv.

Install:  pip install 'edgesmith[litert]'        (or [onnx] for .onnx files)
Run:      python classify_folder.py flowers-int8.tflite photos answers.csv

A picture that cannot be read gets a line with the reason; the others go on. One thread decodes ahead while the
other infers, so this is faster than calling the classifier on one file after the other.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

from edgesmith.runtime import Classifier


def classify_folder(model: Path, photos: Path, table: Path) -> Counter[str]:
    """Write one line a picture; how many pictures got each label, unreadable ones under ''."""
    counts: Counter[str] = Counter()
    with table.open("w", newline="", encoding="utf-8") as file, Classifier(model) as classify:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "score", "error"])
        with classify.stream(photos) as results:
            for result in results:
                best = result.best
                writer.writerow(
                    [result.source, best.label, f"{best.score:.3f}", ""]
                    if best
                    else [result.source, "", "", result.error]
                )
                counts[best.label if best else ""] += 1
    return counts


if __name__ == "__main__":
    for label, count in classify_folder(*map(Path, sys.argv[1:4])).most_common():
        print(f"{count:>6}  {label or 'could not be read'}")
