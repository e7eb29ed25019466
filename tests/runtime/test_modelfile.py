import dataclasses
import errno
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgesmith.runtime import modelfile
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.modelfile import format_of, read_spec, require_size
from edgesmith.runtime.spec import ModelSpec

MakeSpec = Callable[..., ModelSpec]
Package = Callable[[Path, bytes, ModelSpec], Path]
# A module's temporary file may be written over in every example.
FUZZ = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _damage(data: bytes, draw: st.DataObject) -> bytes:
    damaged = bytearray(data)
    for place in draw.draw(st.lists(st.integers(0, len(data) - 1), max_size=5)):
        damaged[place] = draw.draw(st.integers(0, 255))
    return bytes(damaged[: draw.draw(st.integers(0, len(damaged)))])


def _read_or_refuse(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    try:
        assert isinstance(read_spec(file), ModelSpec)
    except ModelFileError as error:
        assert str(error).startswith(file.name)  # noqa: PT017 - both ways are right


class TestUnreadable:
    """What `Path.is_file` raises, instead of answering False."""

    def test_a_name_that_is_too_long(self, tmp_path: Path) -> None:
        with pytest.raises(ModelFileError, match=r"xx\.onnx' cannot be read: File name too long$"):
            read_spec(tmp_path / f"{'x' * 300}.onnx")

    def test_a_folder_that_is_closed_to_us(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: Path) -> bool:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

        monkeypatch.setattr(Path, "is_file", refuse)
        with pytest.raises(ModelFileError, match=r"a\.onnx' cannot be read: Permission denied$"):
            format_of(tmp_path / "a.onnx")

    def test_a_file_that_goes_meanwhile(self, tmp_path: Path) -> None:
        with pytest.raises(ModelFileError, match=r"a\.onnx' cannot be read: No such file or directory$"):
            require_size(tmp_path / "a.onnx")


class TestFormat:
    @pytest.mark.parametrize(
        ("name", "expected"), [("a.tflite", "tflite"), ("A.ONNX", "onnx"), ("x.y.Tflite", "tflite")]
    )
    def test_by_suffix(self, name: str, expected: str, tmp_path: Path) -> None:
        (tmp_path / name).touch()
        assert format_of(tmp_path / name) == expected

    @pytest.mark.parametrize("name", ["a.keras", "tflite", "a.tflite.gz"])
    def test_another_suffix(self, name: str, tmp_path: Path) -> None:
        (tmp_path / name).touch()
        with pytest.raises(ModelFileError, match=r"is not \.tflite or \.onnx"):
            format_of(tmp_path / name)

    @pytest.mark.parametrize("kind", ["missing", "a folder"])
    def test_no_file(self, kind: str, tmp_path: Path) -> None:
        if kind == "a folder":
            (tmp_path / "a.onnx").mkdir()
        with pytest.raises(ModelFileError, match=r"a\.onnx': no such model file"):
            read_spec(tmp_path / "a.onnx")


class TestBoth:
    @pytest.mark.parametrize("suffix", ["tflite", "onnx"])
    def test_what_was_packaged_is_read(
        self,
        suffix: str,
        bare_tflite: bytes,
        bare_onnx: bytes,
        make_spec: MakeSpec,
        package: Package,
        tmp_path: Path,
    ) -> None:
        spec = make_spec(name="Blüte 🌷", labels=tuple(f"class {number}" for number in range(2000)))
        bare = bare_tflite if suffix == "tflite" else bare_onnx
        found = read_spec(package(tmp_path / f"a.{suffix}", bare, spec))
        assert found.content_sha256 is not None
        assert dataclasses.replace(found, content_sha256=None) == spec

    @pytest.mark.parametrize("suffix", ["tflite", "onnx"])
    def test_without_metadata(
        self, suffix: str, bare_tflite: bytes, bare_onnx: bytes, tmp_path: Path
    ) -> None:
        file = tmp_path / f"a.{suffix}"
        file.write_bytes(bare_tflite if suffix == "tflite" else bare_onnx)
        with pytest.raises(ModelFileError, match=rf"a\.{suffix}: no edgesmith metadata") as caught:
            read_spec(file)
        assert "edgesmith convert" in str(caught.value.tip)

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
    def test_truncated(self, share: float, model: Path, tmp_path: Path) -> None:
        data = model.read_bytes()
        file = tmp_path / f"short{model.suffix}"
        file.write_bytes(data[: int(share * len(data))])
        with pytest.raises(ModelFileError, match=r"not a whole ONNX|no edgesmith metadata|not a TFLite"):
            read_spec(file)

    def test_another_schema_version(self, model: Path, tmp_path: Path) -> None:
        file = tmp_path / f"newer{model.suffix}"
        file.write_bytes(_patched(model.read_bytes(), b"edgesmith.model/1", b"edgesmith.model/9"))
        with pytest.raises(
            ModelFileError, match=r"newer\..*: edgesmith\.json has schema 'edgesmith\.model/9'"
        ) as caught:
            read_spec(file)
        assert "convert the model again" in str(caught.value.tip)

    def test_an_unknown_key(self, model: Path, tmp_path: Path) -> None:
        file = tmp_path / f"odd{model.suffix}"
        file.write_bytes(_patched(model.read_bytes(), b'"crop_fraction"', b'"crop_friction"'))
        with pytest.raises(ModelFileError, match=r"edgesmith\.json\.input: keys unknown \['crop_friction'\]"):
            read_spec(file)

    def test_more_than_a_spec_can_be(self, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(modelfile, "MAX_SPEC_BYTES", 100)
        with pytest.raises(ModelFileError, match="is larger than 100 bytes"):
            read_spec(model)


def _patched(data: bytes, old: bytes, new: bytes) -> bytes:
    """Equal length, so that the file stays whole; the ZIP's checksum follows."""
    assert len(old) == len(new)
    assert data.count(old) == 1
    changed = data.replace(old, new)
    if data[4:8] != b"TFL3":
        return changed
    start = changed.index(b"PK\x03\x04")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        spec = archive.read("edgesmith.json").replace(old, new)
        labels = archive.read("labels.txt")
    stream = io.BytesIO(changed[:start])
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("edgesmith.json", spec)
        archive.writestr("labels.txt", labels)
    return stream.getvalue()


class TestTFLite:
    @pytest.mark.parametrize("head", [b"", b"TFL3", b"PK\x03\x04\0\0\0\0\0", b"\0\0\0\0TFL2"])
    def test_without_the_mark(self, head: bytes, tmp_path: Path) -> None:
        (tmp_path / "a.tflite").write_bytes(head)
        with pytest.raises(ModelFileError, match="not a TFLite file") as caught:
            read_spec(tmp_path / "a.tflite")
        assert "copy it again" in str(caught.value.tip)

    def test_other_associated_files_are_left_alone(
        self, bare_tflite: bytes, make_spec: MakeSpec, tmp_path: Path
    ) -> None:
        stream = io.BytesIO(bare_tflite)
        with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("vocab.txt", "a\nb\n")
            archive.writestr("edgesmith.json", make_spec().to_json())
        (tmp_path / "a.tflite").write_bytes(stream.getvalue())
        assert read_spec(tmp_path / "a.tflite") == make_spec()

    @pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2], ids=["LZMA", "bzip2"])
    def test_another_compression(
        self, method: int, bare_tflite: bytes, make_spec: MakeSpec, tmp_path: Path
    ) -> None:
        stream = io.BytesIO(bare_tflite)
        with zipfile.ZipFile(stream, "a", method) as archive:
            archive.writestr("edgesmith.json", make_spec().to_json())
        (tmp_path / "a.tflite").write_bytes(stream.getvalue())
        with pytest.raises(ModelFileError, match="no edgesmith metadata"):
            read_spec(tmp_path / "a.tflite")

    def test_an_entry_that_claims_to_be_encrypted(self, models: dict[str, Path], tmp_path: Path) -> None:
        data = bytearray(models["float tflite"].read_bytes())
        data[data.index(b"PK\x01\x02") + 8] |= 1
        (tmp_path / "a.tflite").write_bytes(data)
        with pytest.raises(ModelFileError, match="no edgesmith metadata"):
            read_spec(tmp_path / "a.tflite")

    @FUZZ
    @given(tail=st.binary(max_size=200))
    def test_any_tail(self, tail: bytes, bare_tflite: bytes, tmp_path: Path) -> None:
        _read_or_refuse(tmp_path / "a.tflite", bare_tflite + tail)

    @FUZZ
    @given(draw=st.data())
    def test_any_damage(self, draw: st.DataObject, models: dict[str, Path], tmp_path: Path) -> None:
        data = models["float tflite"].read_bytes()
        start = data.index(b"PK\x03\x04")
        _read_or_refuse(tmp_path / "a.tflite", data[:start] + _damage(data[start:], draw))


class TestOnnx:
    def test_fields_of_every_wire_type_are_skipped(self, make_spec: MakeSpec, tmp_path: Path) -> None:
        spec = make_spec().to_json()
        entry = b"\x0a\x0eedgesmith.json\x12" + _varint(len(spec)) + spec
        other = b"\x0a\x05other\x12\x01x"
        file = tmp_path / "a.onnx"
        file.write_bytes(
            b"\x08\x96\x01"  # field 1, varint
            + b"\x11" + bytes(8)  # field 2, fixed 64
            + b"\x1d" + bytes(4)  # field 3, fixed 32
            + b"\x72" + _varint(len(other)) + other
            + b"\x72" + _varint(len(entry)) + entry
        )  # fmt: skip
        assert read_spec(file) == make_spec()

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            pytest.param(b"\x72\x05\x0a", "it ends inside a field", id="a field beyond the end"),
            pytest.param(b"\x72\xff", "it ends inside a number", id="half a number"),
            pytest.param(b"\xff" * 20, "a number of more than ten bytes", id="an endless number"),
            pytest.param(b"\x73\x00", "wire type 3", id="a wire type of old"),
            pytest.param(b"\x72\x03\x0a\x09x", "it ends inside a field", id="an entry longer than its field"),
        ],
    )
    def test_not_whole(self, data: bytes, message: str, tmp_path: Path) -> None:
        (tmp_path / "a.onnx").write_bytes(data)
        with pytest.raises(ModelFileError, match=f"a.onnx: not a whole ONNX file: {message}"):
            read_spec(tmp_path / "a.onnx")

    def test_an_entry_without_a_value(self, tmp_path: Path) -> None:
        (tmp_path / "a.onnx").write_bytes(b"\x72\x10\x0a\x0eedgesmith.json")
        with pytest.raises(ModelFileError, match="is not JSON"):
            read_spec(tmp_path / "a.onnx")

    @FUZZ
    @given(data=st.binary(max_size=200))
    def test_any_bytes(self, data: bytes, tmp_path: Path) -> None:
        _read_or_refuse(tmp_path / "a.onnx", data)

    @FUZZ
    @given(draw=st.data())
    def test_any_damage(self, draw: st.DataObject, models: dict[str, Path], tmp_path: Path) -> None:
        _read_or_refuse(tmp_path / "a.onnx", _damage(models["float onnx"].read_bytes(), draw))

    @FUZZ
    @given(st.integers(0, 2**64 - 1))
    def test_lengths_of_any_size(self, tmp_path: Path, length: int) -> None:
        _read_or_refuse(tmp_path / "a.onnx", b"\x72" + _varint(length) + struct.pack("<Q", length))


def _varint(value: int) -> bytes:
    """A protocol buffers varint: seven bits a byte, lowest first."""
    groups = [value & 127]
    while value := value >> 7:
        groups[-1] |= 128
        groups.append(value & 127)
    return bytes(groups)
