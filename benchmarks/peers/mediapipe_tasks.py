"""The same .tflite through edgesmith's Classifier and MediaPipe Tasks' ImageClassifier, side by side.

    python -m venv peer && peer/bin/pip install mediapipe ai-edge-litert
    PYTHONPATH=runtime peer/bin/python benchmarks/peers/mediapipe_tasks.py DEPLOY/model-int8.tflite --images FOLDER

Both load the very file, on one thread (MediaPipe Tasks' own number on Linux; it has no option for it). Each
image goes from its path to its best label through both, in turns that swap their order, so that drift hits
both alike; wall time, and the processor time of all threads, which other programs disturb less. Then a bare
interpreter on pixels that are ready: what no toolkit around it can save. Then `classify.stream` over the folder,
decoding on a second thread. 12-megapixel JPEGs are made
of the photos: enlarged to 4000x3000, as they are and with grain; grain makes them four times as many bytes,
whose Huffman codes every decoder must read, at any scale. Cold start: a new process, from before it is started
to its first answer. Prints one JSON document.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import mediapipe
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from mediapipe.tasks.python import BaseOptions, vision
from PIL import Image

from edgesmith.runtime import Classifier
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.images import load
from edgesmith.runtime.modelfile import read_spec

_LARGE = (4000, 3000)
_GRAIN = 6.0  # standard deviation, of 255: what a phone's sensor leaves by day
_WARM_UP = 5

_COLD_STARTS = {
    "edgesmith": """
import sys
from edgesmith.runtime import Classifier
with Classifier(sys.argv[1], threads=1) as classify:
    print(classify(sys.argv[2]).top(1)[0].label)
""",
    "mediapipe": """
import sys
import mediapipe
from mediapipe.tasks.python import BaseOptions, vision
base = BaseOptions(model_asset_path=sys.argv[1])
options = vision.ImageClassifierOptions(base_options=base, max_results=1)
with vision.ImageClassifier.create_from_options(options) as classifier:
    result = classifier.classify(mediapipe.Image.create_from_file(sys.argv[2]))
    print(result.classifications[0].categories[0].category_name)
""",
}

Name = Callable[[Path], str]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tflite", type=Path, help="a .tflite that edgesmith wrote")
    parser.add_argument("--images", type=Path, required=True, help="a folder of photos")
    parser.add_argument("--large", type=int, default=25, metavar="N", help="12-megapixel JPEGs to make (25)")
    parser.add_argument("--starts", type=int, default=10, metavar="N", help="cold starts of each (10)")
    arguments = parser.parse_args()
    photos = list_images(arguments.images)
    options = vision.ImageClassifierOptions(
        base_options=BaseOptions(model_asset_path=str(arguments.tflite)), max_results=1
    )
    with (
        vision.ImageClassifier.create_from_options(options) as theirs,
        Classifier(arguments.tflite, threads=1) as ours,
        tempfile.TemporaryDirectory() as folder,
    ):

        def ask_theirs(file: Path) -> str:
            answer = theirs.classify(mediapipe.Image.create_from_file(str(file)))
            return str(answer.classifications[0].categories[0].category_name)

        def ask_ours(file: Path) -> str:
            return ours(file).top(1)[0].label

        result = {
            "versions": {name: version(name) for name in ("mediapipe", "ai-edge-litert", "pillow", "numpy")},
            "file": arguments.tflite.name,
            "labels": list(read_spec(arguments.tflite).labels),
            "photos": side_by_side(ask_ours, ask_theirs, photos)
            | {"bare_invoke_ms": bare_invoke(arguments.tflite, photos), "streamed": streamed(ours, photos)},
        }
        for grain in (0.0, _GRAIN) if arguments.large else ():
            step = max(1, len(photos) // arguments.large)
            large = [enlarged(photo, Path(folder), grain) for photo in photos[::step][: arguments.large]]
            result[f"12 megapixels, grain {grain:g}"] = side_by_side(ask_ours, ask_theirs, large) | {
                "streamed": streamed(ours, large),
                "bytes": median(file.stat().st_size for file in large),
            }
    if arguments.starts:
        result["cold_start"] = cold_starts(arguments.tflite, photos[0], arguments.starts)
    print(json.dumps(result, indent=2))
    return 0


def side_by_side(ours: Name, theirs: Name, files: list[Path]) -> dict[str, object]:
    """Each file through both, the first one by turns."""
    seconds: dict[Name, list[float]] = {ours: [], theirs: []}
    processor: dict[Name, list[float]] = {ours: [], theirs: []}
    labels: dict[Name, list[str]] = {ours: [], theirs: []}
    for file in files[:_WARM_UP]:
        ours(file), theirs(file)
    for number, file in enumerate(files):
        for ask in (ours, theirs) if number % 2 else (theirs, ours):
            started, used = perf_counter(), process_time()
            labels[ask].append(ask(file))
            seconds[ask].append(perf_counter() - started)
            processor[ask].append(process_time() - used)
    agreement = sum(a == b for a, b in zip(labels[ours], labels[theirs], strict=True)) / len(files)
    return {
        "images": len(files),
        "images_per_second": {
            "edgesmith": len(files) / sum(seconds[ours]),
            "mediapipe": len(files) / sum(seconds[theirs]),
        },
        "median_ms": {"edgesmith": 1000 * median(seconds[ours]), "mediapipe": 1000 * median(seconds[theirs])},
        "median_processor_ms": {
            "edgesmith": 1000 * median(processor[ours]),
            "mediapipe": 1000 * median(processor[theirs]),
        },
        "times_as_fast": sum(seconds[theirs]) / sum(seconds[ours]),
        "times_as_fast_by_median": median(seconds[theirs]) / median(seconds[ours]),
        "times_as_fast_by_processor_time": sum(processor[theirs]) / sum(processor[ours]),
        "top1_agreement": agreement,
        "labels_seen": sorted(set(labels[theirs])),
    }


def bare_invoke(tflite: Path, files: list[Path]) -> dict[str, float]:
    """Median milliseconds of `interpreter.invoke()`, with the pixels in place and nothing between two of them."""
    interpreter = Interpreter(model_path=str(tflite), num_threads=1)
    interpreter.allocate_tensors()
    place = interpreter.get_input_details()[0]
    interpreter.set_tensor(place["index"], load(files[0], read_spec(tflite).input).astype(place["dtype"]))
    wall, processor = [], []
    for _ in range(_WARM_UP + len(files)):
        started, used = perf_counter(), process_time()
        interpreter.invoke()
        wall.append(perf_counter() - started)
        processor.append(process_time() - used)
    return {"wall": 1000 * median(wall[_WARM_UP:]), "processor": 1000 * median(processor[_WARM_UP:])}


def streamed(classify: Classifier, files: list[Path]) -> dict[str, float]:
    """The files through `classify.stream`: two threads, decoding beside inference."""
    started = perf_counter()
    count = sum(result.best is not None for result in classify.stream(files))
    return {"images_per_second": count / (perf_counter() - started)}


def enlarged(photo: Path, folder: Path, deviation: float) -> Path:
    """A 12-megapixel JPEG of a photo, quality 90, lying or standing as the photo does."""
    with Image.open(photo) as image:
        size = _LARGE if image.width >= image.height else _LARGE[::-1]
        picture = np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS), np.float32)
    grain = np.random.default_rng(0).normal(0, deviation, (*picture.shape[:2], 1)).astype(np.float32)
    file = folder / f"{photo.parent.name}-{photo.stem}.jpg"
    Image.fromarray(np.clip(picture + grain, 0, 255).astype(np.uint8)).save(file, quality=90)
    return file


def cold_starts(tflite: Path, photo: Path, count: int) -> dict[str, object]:
    """Seconds from starting a Python process to the end of its first answer, in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in _COLD_STARTS}
    for number in range(-1, count):  # the first of each fills the caches
        for name, code in _COLD_STARTS.items():
            started = perf_counter()
            subprocess.run(  # noqa: S603 - this interpreter, with the text above
                [sys.executable, "-c", code, str(tflite), str(photo)], check=True, capture_output=True
            )
            if number >= 0:
                seconds[name].append(perf_counter() - started)
    medians = {name: median(values) for name, values in seconds.items()}
    return {"starts": count, "median_s": medians, "share": medians["edgesmith"] / medians["mediapipe"]}


if __name__ == "__main__":
    sys.exit(main())
