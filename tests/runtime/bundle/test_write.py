import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.bundle.unpack import read_manifest
from edgesmith.runtime.bundle.write import choose_models, write_bundle
from edgesmith.runtime.errors import ModelFileError, OptionError, OutputError
from edgesmith.runtime.spec import ModelSpec, SourceSpec

Package = Callable[[Path, bytes, ModelSpec], Path]


class TestChoosing:
    def test_the_int8_files_of_a_folder(self, deploy: Path) -> None:
        assert choose_models(deploy) == (deploy / "colours-int8.onnx",)

    def test_both_formats(
        self,
        deploy: Path,
        bare_tflite: bytes,
        make_spec: Callable[..., ModelSpec],
        package: Package,
        tmp_path: Path,
    ) -> None:
        shutil.copy(deploy / "colours-int8.onnx", tmp_path)
        package(tmp_path / "colours-int8.tflite", bare_tflite, make_spec(precision="int8"))
        assert [file.name for file in choose_models(tmp_path)] == ["colours-int8.onnx", "colours-int8.tflite"]

    def test_a_file_as_it_is(self, models: dict[str, Path]) -> None:
        assert choose_models(models["float onnx"]) == (models["float onnx"],)

    def test_a_folder_without_int8(self, models: dict[str, Path], tmp_path: Path) -> None:
        shutil.copy(models["float onnx"], tmp_path)
        with pytest.raises(OptionError, match=r"has no int8 file; it has colours-float32\.onnx"):
            choose_models(tmp_path)

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(OptionError, match="it has no model files"):
            choose_models(tmp_path)

    def test_two_models_in_one_folder(self, deploy: Path, tmp_path: Path) -> None:
        for name in ("one.onnx", "two.onnx"):
            shutil.copy(deploy / "colours-int8.onnx", tmp_path / name)
        with pytest.raises(OptionError, match=r"several models: one\.onnx, two\.onnx"):
            choose_models(tmp_path)


class TestWriting:
    def test_same_inputs_same_bytes(self, models: dict[str, Path], tmp_path: Path) -> None:
        files = (models["float onnx"], models["float tflite"])
        first = write_bundle(files, tmp_path / "one.pyz")
        os.utime(files[0], (0, 0))
        second = write_bundle(files, tmp_path / "two.pyz")
        assert first == second == read_manifest(tmp_path / "one.pyz")
        assert (tmp_path / "one.pyz").read_bytes() == (tmp_path / "two.pyz").read_bytes()

    def test_what_is_inside(self, models: dict[str, Path], tmp_path: Path) -> None:
        write_bundle([models["float onnx"]], tmp_path / "edge.pyz")
        with zipfile.ZipFile(tmp_path / "edge.pyz") as bundle:
            names = set(bundle.namelist())
            assert bundle.read("models/colours-float32.onnx") == models["float onnx"].read_bytes()
            assert {entry.date_time for entry in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {
            "__main__.py",
            "edgesmith/",
            "edgesmith/runtime/classifier.py",
            "edgesmith/cli/table.py",
        } <= names
        assert not [name for name in names if "pycache" in name or name.endswith(("demo.py", ".pyc"))]
        folders = {
            name.split("/")[1] for name in names if name.startswith("edgesmith/") and name != "edgesmith/"
        }
        assert folders == {"cli", "runtime"}

    def test_it_is_a_program_and_replaces_an_earlier_one(
        self, models: dict[str, Path], tmp_path: Path
    ) -> None:
        output = tmp_path / "edge.pyz"
        output.write_text("old")
        write_bundle([models["float onnx"]], output)
        assert output.read_bytes().startswith(b"#!/usr/bin/env python3\nPK")
        assert os.access(output, os.X_OK)

    def test_another_suffix_is_refused(self, models: dict[str, Path]) -> None:
        with pytest.raises(OptionError, match=r"does not end in \.pyz"):
            write_bundle([models["float onnx"]], models["float onnx"])

    def test_a_damaged_model_is_refused(self, models: dict[str, Path], tmp_path: Path) -> None:
        data = bytearray(models["float tflite"].read_bytes())
        data[300] ^= 1
        (tmp_path / "a.tflite").write_bytes(data)
        with pytest.raises(ModelFileError, match=r"a\.tflite: (its content is damaged|not a whole)"):
            write_bundle([tmp_path / "a.tflite"], tmp_path / "edge.pyz")
        assert not (tmp_path / "edge.pyz").exists()

    def test_models_of_two_networks_are_refused(
        self,
        models: dict[str, Path],
        bare_tflite: bytes,
        make_spec: Callable[..., ModelSpec],
        package: Package,
        tmp_path: Path,
    ) -> None:
        other = package(tmp_path / "other.tflite", bare_tflite, make_spec(labels=("a", "b", "c")))
        with pytest.raises(ModelFileError, match=r"other\.tflite has other labels"):
            write_bundle([models["float onnx"], other], tmp_path / "edge.pyz")

    def test_files_of_two_conversions_are_refused(
        self,
        models: dict[str, Path],
        bare_tflite: bytes,
        make_spec: Callable[..., ModelSpec],
        package: Package,
        tmp_path: Path,
    ) -> None:
        source = SourceSpec(sha256="1" * 64, framework="test")
        other = package(tmp_path / "other.tflite", bare_tflite, make_spec(source=source))
        with pytest.raises(ModelFileError, match=r"other\.tflite was converted from another model"):
            write_bundle([models["float onnx"], other], tmp_path / "edge.pyz")

    def test_a_place_that_cannot_be_written_to(self, models: dict[str, Path], tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(OutputError):
            write_bundle([models["float onnx"]], tmp_path / "file/edge.pyz")
