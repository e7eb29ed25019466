import importlib.util
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import DataError, EdgesmithError, ModelFileError, OptionError
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.backend import keras
from edgesmith.train.models.export import ExportPlan, build_imagenet_classifier, export
from edgesmith.train.models.imagenet_labels import imagenet_labels
from edgesmith.train.plan import NetworkName
from edgesmith.train.zoo.catalogue import NETWORKS


def plan(tmp_path: Path, name: NetworkName = "mobilenet_v1", **choices: Any) -> ExportPlan:
    return ExportPlan(network=NETWORKS[name], output=tmp_path / "out.keras", **choices)


def test_wheel_gives_a_file_and_its_labels_without_a_network(tmp_path: Path) -> None:
    export(plan(tmp_path, "efficientnet_lite0", size=32))

    model = keras.saving.load_model(tmp_path / "out.keras")
    assert (model.input_shape, model.output_shape) == ((None, 32, 32, 3), (None, 1000))
    assert tuple((tmp_path / "out.labels.txt").read_text().splitlines()) == imagenet_labels()
    assert zipfile.ZipFile(tmp_path / "out.keras").testzip() is None


@pytest.mark.parametrize(
    ("name", "function", "alpha"),
    [
        pytest.param("mobilenet_v1", "MobileNet", 0.25, id="mobilenet_v1"),
        pytest.param("mobilenet_v2", "MobileNetV2", 0.35, id="mobilenet_v2"),
        pytest.param("resnet50", "ResNet50", 1.0, id="blue first", marks=pytest.mark.slow),
        pytest.param("inception_v3", "InceptionV3", 1.0, id="numbered layers", marks=pytest.mark.slow),
        pytest.param("mobilenet_v3_small", "MobileNetV3Small", 0.75, id="V3", marks=pytest.mark.slow),
    ],
)
def test_download_with_its_head_is_copied(
    monkeypatch: pytest.MonkeyPatch, name: NetworkName, function: str, alpha: float
) -> None:
    original, published = getattr(keras.applications, function), []

    def downloaded(**arguments: Any) -> Any:
        if arguments["weights"] is None:
            return original(**arguments)
        assert arguments["include_top"]
        published.append(original(**{**arguments, "weights": None}))
        return published[0]

    monkeypatch.setattr(keras.applications, function, downloaded)
    network = NETWORKS[name]

    model = build_imagenet_classifier(network, alpha=alpha, size=network.default_size)

    pixels = np.random.default_rng(0).integers(0, 256, (1, *model.input_shape[1:])).astype(np.float32)
    normalised = np.asarray(model.get_layer("normalisation")(pixels))
    expected = published[0].predict(normalised[..., ::-1] if network.bgr_layer else normalised, verbose=0)
    np.testing.assert_allclose(model.predict(pixels, verbose=0), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.slow
def test_head_of_one_size_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    original = keras.applications.VGG16
    monkeypatch.setattr(
        keras.applications, "VGG16", lambda **arguments: original(**{**arguments, "weights": None})
    )

    with pytest.raises(OptionError, match="needs an input of 224, not 64"):
        build_imagenet_classifier(NETWORKS["vgg16"], size=64)


@pytest.mark.parametrize(
    ("name", "choices", "message"),
    [
        pytest.param("convnet_mnist", {"size": 28}, "no ImageNet head", id="no head"),
        pytest.param("mobilenet_v1", {"size": 16}, "16 is outside 32", id="too small"),
        pytest.param("mobilenet_v1", {"alpha": 0.6}, "no ImageNet weights", id="no such width"),
        pytest.param("mobilenet_v1", {"weights": Path("absent.h5")}, "absent.h5", id="no file"),
    ],
)
def test_contradictions_are_refused_at_once(
    tmp_path: Path, name: NetworkName, choices: dict[str, Any], message: str
) -> None:
    with pytest.raises(EdgesmithError, match=message):
        plan(tmp_path, name, **choices)


@pytest.mark.parametrize("file", ["out.keras", "out.labels.txt"])
def test_existing_files_are_kept(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_text("mine")

    with pytest.raises(EdgesmithError, match="exists"):
        plan(tmp_path)


def test_output_is_a_keras_file(tmp_path: Path) -> None:
    with pytest.raises(EdgesmithError, match=r"does not end in \.keras"):
        ExportPlan(network=NETWORKS["mobilenet_v1"], output=tmp_path / "out.h5")


@pytest.mark.parametrize(
    "lines",
    [[f"c{index}" for index in range(999)], ["same"] * 1000],
    ids=["one too few", "twice the same"],
)
def test_labels_that_do_not_fit_are_refused_and_nothing_is_written(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "labels.txt").write_text("\n".join(lines))

    with pytest.raises(DataError, match=f"holds {len(lines)} labels, {len(set(lines))}"):
        export(plan(tmp_path, labels=tmp_path / "labels.txt"))

    assert [file.name for file in tmp_path.iterdir()] == ["labels.txt"]


def test_weights_without_the_head_are_refused(tmp_path: Path) -> None:
    body = keras.applications.MobileNet(input_shape=(32, 32, 3), alpha=0.25, include_top=False, weights=None)
    body.save_weights(tmp_path / "no_top.weights.h5")

    with pytest.raises(ModelFileError, match="not in the file:\n    conv_preds"):
        export(plan(tmp_path, alpha=0.25, weights=tmp_path / "no_top.weights.h5"))


@pytest.mark.shared_data
def test_published_file_names_what_is_on_photos(tmp_path: Path, shared_data: Path) -> None:
    package = importlib.util.find_spec("foolbox")
    if package is None or package.origin is None:
        pytest.skip("needs the photos of the foolbox package")
    file = shared_data / "models" / "keras_imagenet" / "mobilenet_v1_0.25_224_imagenet_top.h5"
    export(plan(tmp_path, alpha=0.25, weights=file))
    model = keras.saving.load_model(tmp_path / "out.keras")
    photos = sorted((Path(package.origin).parent / "data").glob("imagenet_*.jpg"))
    spec = InputSpec(height=224, width=224, channels=3)

    scores = model.predict(np.concatenate([load(photo, spec) for photo in photos]), verbose=0)

    truth = np.array([int(photo.stem.rpartition("_")[2]) for photo in photos])
    assert len(photos) == 20
    assert (scores.argmax(axis=1) == truth).sum() >= 10
