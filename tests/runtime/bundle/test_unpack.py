import os
import zipfile
from pathlib import Path

import pytest

from edgesmith.runtime.bundle.manifest import BundledModel
from edgesmith.runtime.bundle.unpack import read_manifest, unpack_model
from edgesmith.runtime.bundle.write import write_bundle
from edgesmith.runtime.errors import ModelFileError, OutputError


@pytest.fixture(scope="session")
def bundle(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = tmp_path_factory.mktemp("bundle") / "edge.pyz"
    write_bundle([models["float onnx"]], archive)
    return archive


@pytest.fixture(scope="session")
def inside(bundle: Path) -> BundledModel:
    return read_manifest(bundle).models[0]


def test_the_model_is_the_one_that_went_in(
    bundle: Path, inside: BundledModel, models: dict[str, Path], tmp_path: Path
) -> None:
    file = unpack_model(bundle, inside, parents=(tmp_path,))
    assert file.read_bytes() == models["float onnx"].read_bytes()
    assert file.name == "colours-float32.onnx"
    assert file.is_relative_to(tmp_path)


def test_the_next_start_finds_it(bundle: Path, inside: BundledModel, tmp_path: Path) -> None:
    file = unpack_model(bundle, inside, parents=(tmp_path,))
    os.utime(file, (1, 1))
    assert unpack_model(bundle, inside, parents=(tmp_path,)) == file
    assert file.stat().st_mtime == 1


@pytest.mark.parametrize("left", [b"", b"half", b"x" * 10_000])
def test_what_is_not_the_model_is_replaced(
    left: bytes, bundle: Path, inside: BundledModel, models: dict[str, Path], tmp_path: Path
) -> None:
    unpack_model(bundle, inside, parents=(tmp_path,)).write_bytes(left)
    assert unpack_model(bundle, inside, parents=(tmp_path,)).read_bytes() == models["float onnx"].read_bytes()


def _a_file(folder: Path) -> None:
    folder.touch()


def _a_link(folder: Path) -> None:
    folder.symlink_to(folder.parent)


def _open_to_all(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


@pytest.mark.parametrize("trap", [_a_file, _a_link, _open_to_all], ids=lambda f: f.__name__)
def test_a_folder_that_another_user_could_have_laid_out_is_not_used(
    trap: object, bundle: Path, inside: BundledModel, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    assert callable(trap)
    trap(tmp_path / "first" / f"edgesmith-{os.getuid()}")
    parents = (tmp_path / "first", tmp_path / "second")
    assert unpack_model(bundle, inside, parents=parents).is_relative_to(tmp_path / "second")
    with pytest.raises(OutputError):
        unpack_model(bundle, inside, parents=parents[:1])


def test_no_place_at_all(bundle: Path, inside: BundledModel, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write to"):
        unpack_model(bundle, inside, parents=(tmp_path / "absent",))


@pytest.mark.parametrize("entry", ["bundle.json", "models/colours-float32.onnx"])
def test_a_flipped_byte(entry: str, bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        found = archive.getinfo(entry)
    data = bytearray(bundle.read_bytes())
    data[found.header_offset + 30 + len(entry) + found.compress_size // 2] ^= 0x10
    damaged = tmp_path / "damaged.pyz"
    damaged.write_bytes(data)
    with pytest.raises(ModelFileError, match=r"damaged\.pyz: the bundle is damaged: ") as caught:
        unpack_model(damaged, read_manifest(damaged).models[0], parents=(tmp_path,))
    assert str(caught.value.tip).startswith("copy it again")
