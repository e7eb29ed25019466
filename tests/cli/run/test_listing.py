from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from edgesmith.cli.run.filehashes import FileHashes
from edgesmith.cli.run.listing import Listing, differences, list_content
from edgesmith.runtime.errors import DataError

List = Callable[..., Mapping[str, str]]


@pytest.fixture
def list_(tmp_path: Path) -> List:
    hashes = FileHashes(tmp_path / "hashes.json")

    def names(name: str, *without: Path) -> Mapping[str, str]:
        return list_content(name, folder=tmp_path, hashes=hashes, without=without).files

    return names


def test_files_and_folders_but_what_is_hidden(tmp_path: Path, list_: List) -> None:
    photos = tmp_path / "photos"
    for name in ("cat/1.jpg", "cat/.hidden", ".git/x", "dog/more/2.jpg", "notes.txt"):
        (photos / name).parent.mkdir(parents=True, exist_ok=True)
        (photos / name).write_text(name)

    assert set(list_("photos")) == {"cat", "cat/1.jpg", "dog", "dog/more", "dog/more/2.jpg", "notes.txt"}
    assert set(list_("photos", photos / "dog", photos / "notes.txt")) == {"cat", "cat/1.jpg"}


def test_links_are_followed_and_never_round_in_circles(tmp_path: Path, list_: List) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "1.jpg").write_text("one")
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "cat").symlink_to(elsewhere)
    (photos / "up").symlink_to(photos)
    (photos / "lost.jpg").symlink_to(tmp_path / "nowhere")
    (photos / "self.jpg").symlink_to("self.jpg")

    found = list_("photos")
    assert set(found) == {"cat", "cat/1.jpg", "up", "lost.jpg", "self.jpg"}
    assert found["lost.jpg"] == found["self.jpg"] == "gone"


def test_a_table_stands_for_the_files_that_it_lists(tmp_path: Path, list_: List) -> None:
    (tmp_path / "a.jpg").write_text("a")
    (tmp_path / "list.csv").write_text(f"path,label\na.jpg,cat\nmissing.jpg,dog\n{'x' * 5000},dog\n")
    before = list_("list.csv")
    (tmp_path / "a.jpg").write_text("b")

    assert set(before) == {"list.csv", "a.jpg"}
    assert list_("list.csv")["a.jpg"] != before["a.jpg"]


def test_a_single_file_and_a_name_of_tensorflow_datasets(tmp_path: Path, list_: List) -> None:
    (tmp_path / "mnist.npz").write_text("arrays")

    assert set(list_("mnist.npz")) == {"mnist.npz"}
    assert list_("tfds:mnist") == {"tfds:mnist": "tfds:mnist"}


def test_what_is_not_there_is_told(list_: List) -> None:
    with pytest.raises(DataError, match="'photos' does not exist"):
        list_("photos")


def test_names_and_contents_decide_and_not_the_order() -> None:
    one = Listing(files={"a": "1", "b": "2"})
    assert one.sha256 == Listing(files={"b": "2", "a": "1"}).sha256
    assert one.sha256 != Listing(files={"a": "2", "b": "1"}).sha256
    assert one.sha256 != Listing(files={"a": "1"}).sha256


def test_a_name_need_not_be_text() -> None:
    assert Listing(files={"\udcff.jpg": "1"}).sha256


def test_differences_are_counted_with_an_example() -> None:
    before, now = {"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1", "e": "1"}
    assert differences(before, now) == "2 added (d, …), 1 removed (a), 1 changed (b)"
