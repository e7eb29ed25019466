"""`edgesmith models --export`: a network with its ImageNet head, as a Keras file with its labels beside it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import DataError, ModelFileError, OptionError, OutputError
from edgesmith.train.models.imagenet_labels import CLASSES, imagenet_labels
from edgesmith.train.zoo.network import Network, normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlan:
    """`weights`: "imagenet", or a file of the weights of the network with its head. `output`: a `.keras` file.

    `labels`: a file of 1000 lines; None takes the names that come with the package.
    Raises `EdgesmithError` for what does not fit together, before anything slow.
    """

    network: Network
    output: Path
    weights: Literal["imagenet"] | Path = "imagenet"
    alpha: float = 1.0
    size: int = 224
    labels: Path | None = None

    def __post_init__(self) -> None:
        name = self.network.name
        if self.network.imagenet_classifier is None:
            raise OptionError(
                f"{name} has no ImageNet head", tip="`edgesmith models` lists where weights are"
            )
        self.network.require_input(size=self.size, channels=3)
        self.network.require_alpha(self.alpha, imagenet=self.weights == "imagenet")
        if isinstance(self.weights, Path) and not self.weights.is_file():
            raise ModelFileError(
                f"{str(self.weights)!r} is no file of weights", tip="--weights takes imagenet or FILE"
            )
        if self.output.suffix != ".keras":
            raise OutputError(f"{str(self.output)!r} does not end in .keras", tip=f"-o {name}.keras")
        for file in (self.output, self.labels_file):
            if file.exists():
                raise OutputError(f"{str(file)!r} exists", tip="name another file, or remove that one")

    @property
    def labels_file(self) -> Path:
        """Where the labels are written, one a line in the order of the outputs."""
        return self.output.with_suffix(".labels.txt")


def export(plan: ExportPlan) -> None:
    """Write both files. Raises `EdgesmithError` for weights or labels that do not fit."""
    labels = imagenet_labels() if plan.labels is None else _read_labels(plan.labels)
    model = build_imagenet_classifier(plan.network, alpha=plan.alpha, size=plan.size, weights=plan.weights)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        model.save(file)
        content = file.read_bytes()
    write_bytes(plan.labels_file, "".join(f"{label}\n" for label in labels).encode())
    write_bytes(plan.output, content)


def build_imagenet_classifier(
    network: Network, *, alpha: float = 1.0, size: int = 224, weights: Literal["imagenet"] | Path = "imagenet"
) -> Any:
    """The Keras model from raw pixels [n, size, size, 3] to the probabilities [n, 1000] of ImageNet.

    Raises `EdgesmithError` when the weights do not fit or cannot be had.
    """
    from edgesmith.train.backend import keras
    from edgesmith.train.weights import load_weights

    if network.imagenet_classifier is None or network.load_imagenet_classifier is None:
        raise OptionError(
            f"{network.name} has no ImageNet head",
            tip="`edgesmith models` lists networks; train one of your own with `edgesmith train`",
        )
    inputs = keras.Input((size, size, 3), name="image")
    outputs = network.imagenet_classifier(normalise(network, inputs), alpha)
    model = keras.Model(inputs, outputs, name=network.name)
    if weights == "imagenet":
        network.load_imagenet_classifier(model, alpha)
    else:
        load_weights(model, weights, bgr_layer=network.bgr_layer)
    return model


def _read_labels(file: Path) -> tuple[str, ...]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"cannot read the labels {str(file)!r}: {error}", tip="a text file, UTF-8, one label a line"
        ) from error
    labels = tuple(line.strip() for line in lines if line.strip())
    if len(set(labels)) != len(labels) or len(labels) != CLASSES:
        raise DataError(
            f"{str(file)!r} holds {len(labels)} labels, {len(set(labels))} of them different",
            tip=f"{CLASSES} lines, one for each class, in the order of the outputs",
        )
    return labels
