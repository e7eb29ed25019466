"""Throws damaged bytes at what reads files of strangers: pictures, model files, specs. `make fuzz` runs it.

    .venv/bin/python tests/runtime/fuzz/fuzz.py images hypothesis --inputs 100000
    .venv/bin/python tests/runtime/fuzz/fuzz.py modelfile atheris --inputs 100000

Whatever the bytes are, the answer is a result or an `EdgesmithError`: every other exception is a finding, and
ends the run with its input. Findings become tests in `tests/runtime/`, beside the module that was at fault.
hypothesis damages sound files; atheris (libFuzzer) is led by the coverage of edgesmith's and Pillow's Python.
"""

import argparse
import contextlib
import importlib
import io
import json
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LARGEST = 8192  # bytes of an input: the seeds have a tenth


def picture_seeds() -> list[bytes]:
    """Small sound pictures of every format that is read, several kinds of each."""
    import numpy as np
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (9, 11, 4), dtype=np.uint8)
    colour, grey = Image.fromarray(pixels[..., :3]), Image.fromarray(pixels[..., 0])
    rotated = Image.Exif()
    rotated[0x0112] = 6
    kinds: list[tuple[Image.Image, str, dict[str, Any]]] = [
        (colour, "JPEG", {"exif": rotated}),
        (colour.convert("CMYK"), "JPEG", {"progressive": True}),
        (grey, "JPEG", {"quality": 30}),
        (Image.fromarray(pixels), "PNG", {}),
        (colour.quantize(16), "PNG", {"transparency": 3}),
        (Image.fromarray(pixels[..., 0].astype(np.uint16) * 257), "PNG", {}),
        (colour, "BMP", {}),
        (grey.convert("1"), "BMP", {}),
        (colour.quantize(8), "GIF", {"save_all": True, "append_images": [grey.quantize(8)]}),
        (colour, "WEBP", {"lossless": True, "exif": rotated}),
        (colour, "TIFF", {"compression": "tiff_lzw"}),
        (Image.fromarray(pixels[..., 0].astype(np.float32)), "TIFF", {}),
        (colour, "PPM", {}),
        (grey, "PPM", {}),
    ]
    return [_saved(image, kind, options) for image, kind, options in kinds]


def _saved(image: Any, kind: str, options: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def spec_seeds() -> list[bytes]:
    """A sound spec, with and without what may be left out."""
    outputs = [[0.5, 0.25, 0.25]] * 4
    spec: dict[str, Any] = {
        "schema": "edgesmith.model/1",
        "name": "colours",
        "labels": ["red", "green", "blue"],
        "input": {"height": 8, "width": 8, "channels": 3},
        "precision": "int8",
        "source": {"sha256": "0" * 64, "framework": "keras 3"},
        "golden": {"outputs": outputs, "tolerance": 1.0, "other_kernels": 0.5},
    }
    geometry = {**spec["input"], "resize": "crop", "crop_fraction": 0.5, "interpolation": "bilinear"}
    whole = {**spec, "input": geometry, "content_sha256": "1" * 64}
    return [json.dumps(document).encode() for document in (spec, whole)]


def modelfile_seeds() -> list[bytes]:
    """The outlines of a `.tflite` and of a `.onnx` with a spec inside; the first byte says which it is."""
    spec = spec_seeds()[0]
    seeds = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        stream = io.BytesIO(b"\x1c\0\0\0TFL3" + bytes(32))
        with zipfile.ZipFile(stream, "a", method) as archive:
            archive.writestr("edgesmith.json", spec)
            archive.writestr("labels.txt", "red\ngreen\nblue\n")
        seeds.append(b"t" + stream.getvalue())
    entry = _field(1, b"edgesmith.json") + _field(2, spec)
    external = _field(7, _field(5, _field(13, _field(1, b"location") + _field(2, b"../a"))))
    seeds += [b"o\x08\x0a" + middle + _field(14, entry) for middle in (_field(2, b"pytorch"), external)]
    return seeds


def _field(number: int, data: bytes) -> bytes:
    """A length-delimited field of a protocol buffers message."""
    size = len(data)
    length = bytes([size & 127 | 128, size >> 7]) if size > 127 else bytes([size])
    return bytes([number << 3 | 2]) + length + data


def read_picture(data: bytes) -> None:
    """Decode and scale, stretched or cropped according to the length."""
    import numpy as np

    from edgesmith.runtime.errors import ImageError
    from edgesmith.runtime.images import load
    from edgesmith.runtime.spec import InputSpec

    spec = InputSpec(
        height=4, width=5, channels=3 if len(data) % 3 else 1, resize="crop" if len(data) % 2 else "stretch"
    )
    try:
        pixels = load(data, spec)
    except ImageError:
        return
    if pixels.shape != spec.shape or pixels.dtype != np.uint8:
        raise AssertionError(f"{pixels.shape} {pixels.dtype}")


def read_modelfile(data: bytes) -> None:
    """All that looks into a model file before an engine does."""
    from edgesmith.runtime.errors import ModelFileError
    from edgesmith.runtime.integrity import content_of
    from edgesmith.runtime.modelfile import read_spec
    from edgesmith.runtime.plaindata import require_plain

    file = _SCRATCH / ("a.onnx" if data[:1] == b"o" else "a.tflite")
    file.write_bytes(data[1:])
    with contextlib.suppress(ModelFileError):
        content_of(file, read_spec(file))
    with contextlib.suppress(ModelFileError):
        require_plain(file)


def read_json(data: bytes) -> None:
    """Parse a spec; one that is accepted must survive being written and read again."""
    from edgesmith.runtime.errors import ModelFileError
    from edgesmith.runtime.spec import ModelSpec

    try:
        spec = ModelSpec.from_json(data)
    except ModelFileError:
        return
    if ModelSpec.from_json(spec.to_json()) != spec:
        raise AssertionError(spec)


TARGETS: dict[str, tuple[Callable[[bytes], None], Callable[[], list[bytes]]]] = {
    "images": (read_picture, picture_seeds),
    "modelfile": (read_modelfile, modelfile_seeds),
    "spec": (read_json, spec_seeds),
}
_FOLDER = tempfile.TemporaryDirectory(prefix="edgesmith-fuzz-")  # gone with the process
_SCRATCH = Path(_FOLDER.name)


def run_hypothesis(target: Callable[[bytes], None], seeds: list[bytes], inputs: int) -> None:
    """`inputs` damaged seeds: bytes replaced, pieces repeated or cut out, ends missing; and some random bytes."""
    warnings.simplefilter("ignore")  # Pillow's, about the damage
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    # One string of bytes says all edits: hypothesis draws it a hundred times faster than lists of tuples.
    damaged = st.builds(_damage, st.sampled_from(seeds), st.binary(min_size=4, max_size=32))
    seen = [0]

    @settings(max_examples=inputs, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damaged | st.binary(max_size=64))
    def every_input(data: bytes) -> None:
        seen[0] += 1
        target(data)

    started = time.monotonic()
    every_input()
    seconds = time.monotonic() - started
    sys.stdout.write(f"hypothesis: {seen[0]} inputs, no finding, {seconds:.0f} s\n")


def _damage(data: bytes, script: bytes) -> bytes:
    """Carry out `script`: four bytes an edit, its kind, its place (two bytes, a share of the length), a value."""
    changed = bytearray(data)
    for kind, high, low, value in zip(*[iter(script)] * 4, strict=False):
        start = (high << 8 | low) * len(changed) >> 16
        piece = bytes(changed[start : start + value])
        match kind % 8:
            case 0:
                changed[start : start + value % 16] = b""
            case 1:
                changed[start:start] = piece
            case 2:
                changed[start : start + 4] = b"\xff" * 4
            case 3:
                changed[start : start + 4] = bytes(4)
            case 4 if value < 64:
                del changed[start:]
            case _:
                changed[start : start + 1] = bytes([value])
    return bytes(changed)


def run_atheris(name: str, inputs: int) -> None:
    """`inputs` inputs bred by libFuzzer from the seeds; ends the process."""
    import atheris

    target, seeds = TARGETS[name]
    with atheris.instrument_imports(include=["edgesmith", "PIL", "json", "zipfile"]):
        for module in ("PIL.Image", "edgesmith.runtime.images", "edgesmith.runtime.plaindata"):
            importlib.import_module(module)
    corpus = _SCRATCH / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds()):
        (corpus / str(number)).write_bytes(seed)
    options = [
        f"-runs={inputs}",
        f"-max_len={_LARGEST}",
        "-print_final_stats=1",
        "-verbosity=0",
        "-timeout=60",
    ]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={Path.cwd()}/", str(corpus)], target)
    atheris.Fuzz()


def main() -> None:
    """Run one target with one fuzzer."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("fuzzer", choices=("hypothesis", "atheris"))
    parser.add_argument("--inputs", type=int, default=100_000)
    arguments = parser.parse_args()
    if arguments.fuzzer == "atheris":
        run_atheris(arguments.target, arguments.inputs)
    else:
        target, seeds = TARGETS[arguments.target]
        run_hypothesis(target, seeds(), arguments.inputs)


if __name__ == "__main__":
    main()
