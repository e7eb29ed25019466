import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.benchmarks.inputs import check_and_hash, list_data, read_models
from edgesmith.runtime.errors import DataError, ImageError, ModelFileError
from edgesmith.runtime.imagefolder import list_labelled
from edgesmith.runtime.runrecord import DataRecord, RunRecord, digest, record_images
from edgesmith.runtime.spec import InputSpec


def test_files_of_one_name_are_told_apart_by_their_folders(
    write_model: Callable[..., Path], tmp_path: Path
) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        write_model(tmp_path / folder / "model.onnx")
    read = read_models([tmp_path / "old/model.onnx", tmp_path / "new/model.onnx"])
    assert [model.file for model in read] == ["old/model.onnx", "new/model.onnx"]


def test_a_file_given_twice_is_refused(models: tuple[Path, Path]) -> None:
    with pytest.raises(ModelFileError, match="given 2 times"):
        read_models([models[0], models[0].parent / "." / models[0].name])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"absent\.onnx.*no such"):
        read_models([tmp_path / "absent.onnx"])


def test_a_folder_of_images_alone_has_no_labels(pictures: Path) -> None:
    data = list_data(pictures / "red")
    assert data.labelled is None
    assert len(data.files) == 4


def test_class_folders_give_labels_in_the_model_s_order(pictures: Path, models: tuple[Path, Path]) -> None:
    data = list_data(pictures)
    assert data.classes_for(read_models(models[:1])[0]) == (0, 0, 0, 1, 1, 1, 1)


def test_classes_that_the_model_lacks_are_named(
    models: tuple[Path, Path], write_picture: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    for label in ("red", "green"):
        write_picture(tmp_path / label / "a.png", "red")
    with pytest.raises(DataError, match=r"colours-float32\.onnx.*'green'.*without images are 'blue'"):
        list_data(tmp_path).classes_for(read_models(models[:1])[0])


def test_a_folder_that_is_nearly_named_as_a_class_is_guessed(
    models: tuple[Path, Path], write_picture: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    for label in ("Blue", "red"):
        write_picture(tmp_path / label / "a.png", "red")
    with pytest.raises(DataError) as caught:
        list_data(tmp_path).classes_for(read_models(models[:1])[0])
    assert "'Blue' for 'blue'" in str(caught.value.tip)


def test_the_truth_about_a_file_called_int8_is_found_out(models: tuple[Path, Path]) -> None:
    float32, int8 = read_models(models)
    assert (float32.int8_macs_share, float32.doubt) == (None, None)
    assert int8.int8_macs_share == 0.0
    assert int8.doubt is not None
    assert "metadata say int8" in int8.doubt


def test_the_hash_follows_contents_and_paths(pictures: Path, tmp_path: Path) -> None:
    first = check_and_hash(list_data(pictures))
    copy = tmp_path / "elsewhere"
    shutil.copytree(pictures, copy)
    assert check_and_hash(list_data(copy)) == first
    (copy / "red" / "0.png").rename(copy / "red" / "renamed.png")
    assert check_and_hash(list_data(copy)) != first


def test_an_unreadable_image_is_named_before_anything_is_measured(pictures: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(pictures, copy)
    whole = (copy / "red" / "1.png").read_bytes()
    (copy / "red" / "1.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageError, match=r"1 of 7 images .* red/1\.png"):
        check_and_hash(list_data(copy))


def test_a_folder_stands_for_its_model_files(models: tuple[Path, Path], tmp_path: Path) -> None:
    for model in models:
        shutil.copy(model, tmp_path)
    (tmp_path / "convert.json").write_text("{}")
    assert [model.path.name for model in read_models([tmp_path])] == sorted(model.name for model in models)


def test_a_folder_without_model_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"holds no \.tflite or \.onnx files"):
        read_models([tmp_path])


def test_of_a_run_only_the_test_images_are_taken(pictures: Path, tmp_path: Path) -> None:
    images = list_labelled(pictures)
    records = record_images(pictures, images)
    data = DataRecord(
        root=str(pictures), sha256=digest(records), train=records[:-2], val=(), test=records[-2:]
    )
    RunRecord(
        labels=images.labels,
        input=InputSpec(height=8, width=8, channels=3),
        data=data,
        plan={},
        metrics={},
        environment={},
        seconds={},
    ).save(tmp_path)
    listed = list_data(tmp_path)
    assert (
        listed.name == tmp_path.name
    )  # with the name of all images the command to repeat would be another benchmark
    assert listed.files == images.files[-2:]
    assert listed.labelled is not None
    assert listed.labelled.classes == images.classes[-2:]
