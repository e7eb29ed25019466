"""The page's JavaScript modules by themselves, with node's own test runner, and against their Python originals."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.images import fit
from edgesmith.runtime.spec import InputSpec

HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "benchmarks" / "page" / "source"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None, reason="no node here; Node 20 or later runs the page's own tests"
)

GOLDEN = """
const {goldenInputs} = await import(process.argv[1] + "/golden.js");
for await (const line of console_lines()) {
  answer(goldenInputs(line).map((picture) => Buffer.from(picture).toString("base64")));
}
"""
FIT = """
const {fit} = await import(process.argv[1] + "/preprocess.js");
for await (const {image, input} of console_lines()) {
  const data = Uint8Array.from(Buffer.from(image.data, "base64"));
  answer(Buffer.from(fit({...image, data}, input)).toString("base64"));
}
"""
LINES = """
async function* console_lines() {
  for await (const line of (await import("node:readline")).createInterface({input: process.stdin})) yield JSON.parse(line);
}
const answer = (value) => console.log(JSON.stringify(value));
"""


def _ask(script: str, questions: list[Any]) -> list[Any]:
    """Run a script of the page's modules in node; one JSON answer for each question."""
    assert NODE is not None
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", LINES + script, SOURCE.as_uri()],
        input="\n".join(map(json.dumps, questions)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_modules_own_tests_pass() -> None:
    assert NODE is not None
    files = sorted(map(str, HERE.glob("*.test.mjs")))
    assert len(files) > 5
    # All in one process: `node --test` would start one for each file.
    every = "for (const file of process.argv.slice(1)) await import(file);"
    words = [NODE, "--input-type=module", "--eval", every, *files]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_golden_inputs_are_pythons() -> None:
    sizes = [(224, 224, 3), (28, 28, 1), (97, 131, 3), (1, 1, 1)]
    questions = [
        {"height": height, "width": width, "channels": channels} for height, width, channels in sizes
    ]
    for (height, width, channels), pictures in zip(sizes, _ask(GOLDEN, questions), strict=True):
        expected = golden_inputs(InputSpec(height=height, width=width, channels=channels))
        assert [base64.b64decode(picture) for picture in pictures] == [one.tobytes() for one in expected]


def _noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _question(pixels: NDArray[np.uint8], spec: InputSpec) -> dict[str, Any]:
    opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    image = {
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "data": base64.b64encode(opaque.tobytes()).decode(),
    }
    fields = ("height", "width", "channels", "resize", "crop_fraction")
    return {"image": image, "input": {name: getattr(spec, name) for name in fields}}


def test_pictures_are_fitted_by_pillows_filter_to_the_bit() -> None:
    sizes = [(48, 64), (17, 13), (480, 640), (64, 200), (32, 32), (31, 33)]
    specs = [
        InputSpec(height=32, width=32, channels=3),
        InputSpec(height=32, width=32, channels=1),
        InputSpec(height=40, width=24, channels=3),
        InputSpec(height=32, width=32, channels=3, resize="crop", crop_fraction=0.875),
        InputSpec(height=24, width=48, channels=3, resize="crop"),
    ]
    cases = [(_noise(*size), spec) for size in sizes for spec in specs]
    answers = _ask(FIT, [_question(pixels, spec) for pixels, spec in cases])
    for (pixels, spec), answer in zip(cases, answers, strict=True):
        found = np.frombuffer(base64.b64decode(answer), np.uint8).reshape(spec.shape)
        assert np.array_equal(found, _rows_first(pixels, spec)), (pixels.shape, spec)
        # Where it is less work, Pillow 13 goes along the columns first, and rounds there first.
        assert np.abs(found.astype(int) - fit(Image.fromarray(pixels), spec)).max() <= 1


def _rows_first(pixels: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.uint8]:
    """What every Pillow does in two steps, and those before 13 in one."""
    image = Image.fromarray(pixels).convert("L" if spec.channels == 1 else "RGB")
    left, top, right, bottom = 0.0, 0.0, float(image.width), float(image.height)
    if spec.resize == "crop":
        width = min(right, bottom * spec.width / spec.height) * spec.crop_fraction
        height = width * spec.height / spec.width
        left, top = (right - width) / 2, (bottom - height) / 2
        right, bottom = left + width, top + height
    bilinear = Image.Resampling.BILINEAR
    image = image.resize((spec.width, image.height), bilinear, box=(left, 0, right, image.height))
    image = image.resize((spec.width, spec.height), bilinear, box=(0, top, spec.width, bottom))
    return np.asarray(image).reshape(spec.shape)
