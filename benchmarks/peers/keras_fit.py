"""Fine-tuning by edgesmith's pipeline and by a plain Keras script: same network, images, batch, frozen layers, in turns.

    python benchmarks/peers/keras_fit.py cats_dogs --rounds 3
    python benchmarks/peers/keras_fit.py flowers5 --model mobilenet_v2 --alpha 0.35 --image-size 128 --augment

The plain side is what Keras' guide to transfer learning shows: `image_dataset_from_directory`, prefetched, and
`Model.fit`; with `--augment` Keras' own layers of the same strengths in front of it. edgesmith's side are its batches
and the state it saves at the end. No validation on either. A round is one `fit` of each, over some epochs, in turns that
swap their order; the first round warms up and does not count. Weights are random: a step costs the same. Prints one JSON
document: the ratio is the median over rounds.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from edgesmith.runtime.cpu import usable_cores
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.augmentation.augmenter import make_augmenter
from edgesmith.train.augmentation.settings import PHOTOS
from edgesmith.train.backend import keras, tf
from edgesmith.train.batches import Examples, Order, shuffled
from edgesmith.train.callbacks import capture
from edgesmith.train.checkpoint import Counters, save_state
from edgesmith.train.data import find_splits
from edgesmith.train.images import ImageSet
from edgesmith.train.recipes.finetune import first_released, release
from edgesmith.train.zoo.catalogue import find_network
from edgesmith.train.zoo.network import build_body, build_head, join

_BATCH = 32
_COUNTERS = Counters(
    epoch=0, finished=False, micro_batch=_BATCH, accumulated=1, best=0.0, best_epoch=0, wait=0, epochs=()
)

Fit = Callable[[range], None]


def main() -> int:
    """Measure and print."""
    arguments = _parse()
    spec = InputSpec(height=arguments.image_size, width=arguments.image_size, channels=3)
    sides = {"edgesmith": _edgesmith(arguments, spec), "keras": _plain(arguments, spec)}
    count = len(find_splits(arguments.data, seed=0).splits["train"].files)
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(arguments.rounds + 1):
        for name in sorted(sides, reverse=number % 2 == 1):
            start = time.perf_counter()
            epochs = range(number * arguments.epochs, (number + 1) * arguments.epochs)
            sides[name](epochs)
            if number > 0:
                rates[name].append(count * len(epochs) / (time.perf_counter() - start))
    ratios = [ours / plain for ours, plain in zip(rates["edgesmith"], rates["keras"], strict=True)]
    document = {
        **{name: value for name, value in vars(arguments).items() if name != "data"},
        "images": count,
        "cores": usable_cores(),
        "images_per_second": {name: [round(rate, 2) for rate in found] for name, found in rates.items()},
        "ratio": round(median(ratios), 3),
    }
    json.dump(document, sys.stdout, indent=2)
    print()
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="DATA/{train,val,test}/<class>/*")
    parser.add_argument("--model", default="efficientnet_lite0")
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--image-size", type=int, default=224)
    parser.add_argument("--unfreeze-from", default="1", help="as `edgesmith train` takes it")
    parser.add_argument("--augment", action="store_true", help="the preset photos")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3, help="in each round")
    return parser.parse_args()


def _compiled(arguments: argparse.Namespace, spec: InputSpec, classes: int, *, loss: str) -> Any:
    keras.utils.set_random_seed(0)
    body = build_body(find_network(arguments.model), spec, alpha=arguments.alpha)
    release(body, first_released(body, arguments.unfreeze_from))
    model = join(body, build_head(body.output.shape[-1], classes, dropout=0.2), name="classifier")
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss=loss, metrics=["accuracy"])
    return model


def _edgesmith(arguments: argparse.Namespace, spec: InputSpec) -> Fit:
    split = find_splits(arguments.data, seed=0).splits["train"]
    images = ImageSet(split, spec, keep=True)
    images.read(lambda _: None)
    examples = Examples(
        load=images.load,
        shape=spec.shape[1:],
        dtype=np.uint8,
        one_hot=np.eye(len(split.labels), dtype=np.float32)[images.classes],
        weights=np.ones(len(images), np.float32),
    )
    augmenter = make_augmenter(PHOTOS, spec=spec, classes=len(split.labels)) if arguments.augment else None
    model = _compiled(arguments, spec, len(split.labels), loss="categorical_crossentropy")
    run = Path(tempfile.mkdtemp(prefix="keras_fit-"))

    def fit(epochs: range) -> None:
        batches = shuffled(
            examples,
            Order(batch_size=_BATCH, seed=0, epochs=epochs),
            outputs=len(split.labels),
            augmenter=augmenter,
        )
        model.fit(
            batches,
            initial_epoch=epochs.start,
            epochs=epochs.stop,
            steps_per_epoch=examples.steps(_BATCH),
            shuffle=False,
            verbose=0,
        )
        save_state(run, "finetune", capture(model, _COUNTERS, best_weights=tuple(model.get_weights())))

    return fit


def _plain(arguments: argparse.Namespace, spec: InputSpec) -> Fit:
    batches = keras.utils.image_dataset_from_directory(
        arguments.data / "train",
        image_size=(spec.height, spec.width),
        batch_size=_BATCH,
        seed=0,
        verbose=False,
    )
    classes = len(batches.class_names)
    if arguments.augment:
        layers = keras.Sequential(
            [
                keras.layers.RandomFlip("horizontal"),
                keras.layers.RandomRotation(PHOTOS.rotation / 360, fill_mode="nearest"),
                keras.layers.RandomTranslation(PHOTOS.height_shift, PHOTOS.width_shift, fill_mode="nearest"),
                keras.layers.RandomShear(PHOTOS.shear / 45, PHOTOS.shear / 45, fill_mode="nearest"),
                keras.layers.RandomZoom(PHOTOS.zoom, fill_mode="nearest"),
                keras.layers.RandomBrightness(PHOTOS.brightness),
                keras.layers.RandomContrast(PHOTOS.contrast),
            ]
        )
        batches = batches.map(
            lambda pixels, labels: (layers(pixels, training=True), labels), tf.data.AUTOTUNE
        )
    batches = batches.prefetch(tf.data.AUTOTUNE)
    model = _compiled(arguments, spec, classes, loss="sparse_categorical_crossentropy")

    def fit(epochs: range) -> None:
        model.fit(batches, initial_epoch=epochs.start, epochs=epochs.stop, verbose=0)

    return fit


if __name__ == "__main__":
    sys.exit(main())
