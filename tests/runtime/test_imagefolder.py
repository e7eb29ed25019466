from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import (
    LabelledImages,
    has_splits,
    list_evaluation,
    list_images,
    list_labelled,
)

Lay = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Lay out empty files: nothing here reads pixels."""

    def make(*names: str) -> Path:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return make


def _names(folder: Path, files: tuple[Path, ...] | list[Path]) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in files]


class TestListImages:
    def test_sorted_at_any_depth_by_suffix(self, lay: Lay) -> None:
        folder = lay("b.png", "a/deep/er/z.JPG", "a/x.jpeg", "notes.txt", "c.webp", "a/model.tflite")
        assert _names(folder, list_images(folder)) == ["a/deep/er/z.JPG", "a/x.jpeg", "b.png", "c.webp"]

    def test_hidden_files_and_folders_are_left_out(self, lay: Lay) -> None:
        folder = lay("a.png", ".b.png", ".cache/c.png", "d/._e.jpg", "d/f.jpg")
        assert _names(folder, list_images(folder)) == ["a.png", "d/f.jpg"]

    def test_symlinks_are_followed(self, lay: Lay) -> None:
        folder = lay("far/a.png", "far/deep/b.png", "data/c.png") / "data"
        (folder / "file.png").symlink_to(folder.parent / "far" / "a.png")
        (folder / "linked").symlink_to(folder.parent / "far", target_is_directory=True)
        assert _names(folder, list_images(folder)) == [
            "c.png",
            "file.png",
            "linked/a.png",
            "linked/deep/b.png",
        ]

    def test_a_symlink_loop_ends(self, lay: Lay) -> None:
        folder = lay("a/b/c.png")
        (folder / "a" / "b" / "up").symlink_to(folder, target_is_directory=True)
        (folder / "self").symlink_to(folder / "self")
        assert _names(folder, list_images(folder)) == ["a/b/c.png"]

    def test_a_folder_reached_by_two_links_counts_twice(self, lay: Lay) -> None:
        folder = lay("far/a.png", "data/c.png") / "data"
        for name in ("one", "two"):
            (folder / name).symlink_to(folder.parent / "far", target_is_directory=True)
        assert _names(folder, list_images(folder)) == ["c.png", "one/a.png", "two/a.png"]

    def test_a_folder_named_like_an_image_is_none(self, lay: Lay) -> None:
        folder = lay("album.jpg/a.png")
        assert _names(folder, list_images(folder)) == ["album.jpg/a.png"]

    def test_no_images(self, lay: Lay) -> None:
        folder = lay("notes.txt", ".hidden.png")
        with pytest.raises(DataError, match="holds no images") as caught:
            list_images(folder)
        assert ".jpeg .jpg .pgm .png" in str(caught.value.tip)

    @pytest.mark.parametrize("name", ["gone", "a.png"], ids=["missing", "a file"])
    def test_no_folder(self, name: str, lay: Lay) -> None:
        folder = lay("a.png") / name
        with pytest.raises(DataError, match=f"{name}' is not a folder") as caught:
            list_images(folder)
        assert "DATA/<class>/*.jpg" in str(caught.value.tip)


class TestListLabelled:
    def test_classes_by_name_with_their_files(self, lay: Lay) -> None:
        folder = lay(
            "rose/1.jpg", "daisy/2.jpg", "daisy/1.jpg", "rose/deep/0.jpg", "readme.txt", ".git/x.png"
        )
        found = list_labelled(folder)
        assert found.labels == ("daisy", "rose")
        assert _names(folder, found.files) == ["daisy/1.jpg", "daisy/2.jpg", "rose/1.jpg", "rose/deep/0.jpg"]
        assert found.classes == (0, 0, 1, 1)

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            pytest.param(["a.jpg"], r"has 0 class folders \[\]; two are needed", id="no classes"),
            pytest.param(["rose/a.jpg"], r"has 1 class folders \['rose'\]", id="one class"),
            pytest.param(["rose/a.jpg", "daisy/b.txt"], r"daisy' holds no images", id="an empty class"),
        ],
    )
    def test_what_cannot_be_learnt(self, names: list[str], message: str, lay: Lay) -> None:
        with pytest.raises(DataError, match=message):
            list_labelled(lay(*names))


class TestSplits:
    @pytest.mark.parametrize(
        ("names", "expected"),
        [
            pytest.param(["train/a/1.jpg", "val/a/1.jpg", "test/a/1.jpg"], True, id="all three"),
            pytest.param(["train/a/1.jpg", "test/a/1.jpg"], True, id="train and test"),
            pytest.param(["train/a/1.jpg", "val/a/1.jpg"], True, id="train and val"),
            pytest.param(["train/1.jpg", "plane/1.jpg"], False, id="a class called train"),
            pytest.param(["test/1.jpg", "val/1.jpg"], False, id="no train"),
            pytest.param(["a/1.jpg", "train", "test"], False, id="files called so"),
        ],
    )
    def test_has_splits(self, names: list[str], expected: bool, lay: Lay) -> None:
        assert has_splits(lay(*names)) is expected

    def test_evaluation_takes_the_test_split_alone(self, lay: Lay) -> None:
        folder = lay("train/a/1.jpg", "train/b/1.jpg", "test/a/2.jpg", "test/b/3.jpg")
        assert _names(folder, list_evaluation(folder).files) == ["test/a/2.jpg", "test/b/3.jpg"]

    def test_evaluation_without_splits_takes_all(self, lay: Lay) -> None:
        folder = lay("a/1.jpg", "b/1.jpg", "b/2.jpg")
        assert _names(folder, list_evaluation(folder).files) == ["a/1.jpg", "b/1.jpg", "b/2.jpg"]

    def test_evaluation_of_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="is not a folder"):
            list_evaluation(tmp_path / "gone")


class TestRelabelled:
    images = LabelledImages(labels=("b", "c"), files=(Path("1"), Path("2"), Path("3")), classes=(0, 1, 1))

    def test_indices_follow_the_models_labels(self) -> None:
        moved = self.images.relabelled(["a", "c", "b"])
        assert (moved.labels, moved.files, moved.classes) == (("a", "c", "b"), self.images.files, (2, 1, 1))

    def test_a_class_that_the_model_lacks(self) -> None:
        with pytest.raises(DataError, match=r"has classes \['c'\] that the model does not know") as caught:
            self.images.relabelled(["a", "b"])
        assert "the model's labels are a, b;" in str(caught.value.tip)

    def test_many_labels_are_shortened(self) -> None:
        with pytest.raises(DataError) as caught:
            self.images.relabelled([f"x{number}" for number in range(1000)])
        assert "x9, … (1000 in all)" in str(caught.value.tip)
        assert "x10," not in str(caught.value.tip)
