from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.train.data import DataSet, find_splits

Draw = Callable[..., Path]


@pytest.fixture
def photos(tmp_path: Path, draw: Draw) -> Path:
    """A folder with photos/red/0.png ... photos/blue/9.png, to write a CSV file beside."""
    draw(tmp_path / "photos", "red", "blue", count=10, size=4)
    return tmp_path


def write(folder: Path, *lines: str, name: str = "list.csv") -> Path:
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def rows(split: Callable[[int], str] = lambda _: "") -> list[str]:
    return [f"photos/{c}/{n}.png,{c}{split(n)}" for c in ("red", "blue") for n in range(10)]


def counts(data: DataSet) -> dict[str, int]:
    return {name: len(images.files) for name, images in data.splits.items()}


def test_path_and_label_are_split_80_10_10(photos: Path) -> None:
    data = find_splits(write(photos, "path,label", *rows()), seed=0)

    assert counts(data) == {"train": 16, "val": 2, "test": 2}
    assert data.root == photos
    for images in data.splits.values():
        assert images.labels == ("blue", "red")
        assert [file.parent.name for file in images.files] == [images.labels[c] for c in images.classes]
        assert list(images.files) == sorted(images.files)


def test_column_of_splits_is_kept(photos: Path) -> None:
    def split(number: int) -> str:
        return ",validation" if number < 2 else ",Test" if number < 5 else ",train"

    data = find_splits(write(photos, "path,label,split", *rows(split)), seed=0)

    assert counts(data) == {"train": 10, "val": 4, "test": 6}
    assert {file.stem for file in data.splits["val"].files} == {"0", "1"}


def test_missing_val_is_drawn_from_train(photos: Path) -> None:
    data = find_splits(
        write(photos, "path,label,split", *rows(lambda n: ",test" if n < 2 else ",train")), seed=0
    )

    assert counts(data) == {"train": 14, "val": 2, "test": 4}


@pytest.mark.parametrize(
    "header",
    ["path,label", "Filename,Class", "\ufefffile,category", " image , target "],
    ids=["ours", "capitals", "byte order mark", "spaces"],
)
def test_header_is_recognised_by_name(photos: Path, header: str) -> None:
    assert counts(find_splits(write(photos, header, *rows()), seed=0))["train"] == 16


def test_columns_in_any_order_and_others_passed_over(photos: Path) -> None:
    lines = [f"7,{line.split(',')[1]},{line.split(',')[0]}" for line in rows()]

    data = find_splits(write(photos, "width,label,path", *lines, "", ""), seed=0)

    assert data.splits["train"].labels == ("blue", "red")


def test_absolute_paths_and_paths_upwards(photos: Path) -> None:
    (photos / "lists").mkdir()
    lines = [f"{photos}/{line}" if "red" in line else f"../{line}" for line in rows()]

    data = find_splits(write(photos / "lists", "path,label", *lines), seed=0)

    assert data.root == photos / "photos"
    assert all(file.is_file() and ".." not in file.parts for file in data.splits["train"].files)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        pytest.param([*rows()], "names no column of the path.*'photos/red/0.png', 'red'", id="no header"),
        pytest.param(["path", "photos/red/0.png"], "no column of the label", id="one column"),
        pytest.param(["path;label", "photos/red/0.png;red"], "no column of the path", id="semicolons"),
        pytest.param([], "no column of the path", id="empty file"),
        pytest.param(["path,label"], "0 classes", id="header only"),
        pytest.param(["path,label", "photos/red/0.png,red"], r"1 classes \['red'\]", id="one class"),
        pytest.param(["path,file,label"], "2 columns that name the path", id="two columns of paths"),
        pytest.param(["path,label", *rows(), "photos/red/3.png,red"], "line 22 .* line 5 has", id="twice"),
        pytest.param(
            ["path,label", *rows(), "photos/../photos/red/3.png,blue"],
            "line 22 .* line 5",
            id="twice, other way",
        ),
        pytest.param(
            ["path,label", *rows(), "a.png,red", "b.png,red"], "2 of the 22 files.*a.png", id="missing"
        ),
        pytest.param(["path,label", *rows(), "photos,red"], "1 of the 21 files", id="folder"),
        pytest.param(["path,label", *rows(), "a.png"], "line 22 .* 1 columns", id="short row"),
        pytest.param(["path,label", *rows(), "a.png, "], "label '' in line 22", id="no label"),
        pytest.param(["path,label", *rows(), "a.png,r\x1bed"], "control characters", id="control character"),
        pytest.param(["path,label", 'a.png,"red'], "no CSV", id="open quote"),
        pytest.param(["path,label,split", *rows(lambda _: ",fold3")], "split 'fold3' in line 2", id="split"),
        pytest.param(["path,label,split", *rows(lambda _: ",train")], "split is 'test'", id="no test"),
        pytest.param(
            [
                "path,label,split",
                *rows(lambda n: ",test" if n < 3 else ",train")[:10],
                *rows(lambda _: ",train")[10:],
            ],
            r"'test' of .* lacks the classes \['blue'\]",
            id="class missing from test",
        ),
    ],
)
def test_bad_files_are_refused(photos: Path, lines: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        find_splits(write(photos, *lines), seed=0)
    assert caught.value.tip


def test_other_encodings_are_refused(photos: Path) -> None:
    (photos / "list.csv").write_bytes(b"path,label\nphotos/red/0.png,gr\xfcn\n")

    with pytest.raises(DataError, match="not UTF-8"):
        find_splits(photos / "list.csv", seed=0)
