import errno
import os
from collections.abc import Callable, Iterator
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

    def test_a_pipe_is_no_image(self, lay: Lay) -> None:
        folder = lay("a.png")
        os.mkfifo(folder / "p.jpg")
        (folder / "q.jpg").symlink_to(folder / "p.jpg")
        assert _names(folder, list_images(folder)) == ["a.png"]

    def test_a_link_to_nothing_is_told_by_its_reader(self, lay: Lay) -> None:
        folder = lay("a.png")
        (folder / "b.png").symlink_to(folder / "gone.png")
        assert _names(folder, list_images(folder)) == ["a.png", "b.png"]

    def test_a_folder_that_cannot_be_read(self, lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = lay("rose/a.png", "daisy/b.png")
        iterdir = Path.iterdir

        def refuse(path: Path) -> Iterator[Path]:
            if path.name == "rose":
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return iterdir(path)

        monkeypatch.setattr(Path, "iterdir", refuse)
        for listing in (list_images, list_labelled):
            with pytest.raises(DataError, match="rose' cannot be read: Permission denied"):
                listing(folder)

    def test_a_name_that_is_no_text(self, lay: Lay) -> None:
        name = os.fsdecode(b"r\xf6t.png")
        folder = lay(f"rose/{name}", "daisy/b.png")
        for listing in (list_images, list_labelled, list_evaluation):
            with pytest.raises(DataError, match=r"r\\udcf6t\.png' is not UTF-8") as caught:
                listing(folder)
            assert "rename it" in str(caught.value.tip)
        assert _names(folder, list_images(folder, any_name=True)) == ["daisy/b.png", f"rose/{name}"]

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

    @pytest.mark.parametrize(
        ("names", "found"),
        [
            pytest.param(
                ["train/a/1.jpg", "validation/a/1.jpg"], r"\['train', 'validation'\]", id="validation"
            ),
            pytest.param(["train/a/1.jpg", "valid/a/1.jpg"], r"\['train', 'valid'\]", id="valid"),
            pytest.param(["test/a/1.jpg", "val/a/1.jpg"], r"\['test', 'val'\]", id="no train"),
            pytest.param(
                ["Training/a/1.jpg", "Testing/a/1.jpg"], r"\['Testing', 'Training'\]", id="capitals"
            ),
            pytest.param(["rose/1.jpg", "eval/a/1.jpg"], r"\['eval'\]", id="one beside a class"),
        ],
    )
    def test_splits_are_no_classes(self, names: list[str], found: str, lay: Lay) -> None:
        folder = lay(*names)
        for listing in (list_labelled, list_evaluation):
            with pytest.raises(DataError, match=f"has {found}, which hold folders") as caught:
                listing(folder)
            assert "train, val and test" in str(caught.value.tip)

    def test_a_class_may_be_called_train(self, lay: Lay) -> None:
        assert list_labelled(lay("train/1.jpg", "plane/deep/1.jpg")).labels == ("plane", "train")

    def test_evaluation_of_splits_without_test(self, lay: Lay) -> None:
        folder = lay("train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg", "val/b/1.jpg")
        with pytest.raises(DataError, match="train and val, but no test") as caught:
            list_evaluation(folder)
        assert str(folder / "val") in str(caught.value.tip)

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


def test_a_class_with_control_characters(tmp_path: Path) -> None:
    for name in ("good", "a\nb"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").touch()
    with pytest.raises(DataError, match=r"class names with control characters: \['a\\nb'\]"):
        list_labelled(tmp_path)
