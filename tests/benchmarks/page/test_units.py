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

from edgesmith.benchmarks.browser import throttling
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.schedule import BLOCKS, block_size
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.images import fit
from edgesmith.runtime.scores import Scores, probabilities
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
THROTTLING = """
const {rise, throttled} = await import(process.argv[1] + "/throttling.js");
for await (const times of console_lines()) answer([rise(times), throttled(times)]);
"""
SCHEDULE = """
const {blockSize} = await import(process.argv[1] + "/schedule.js");
for await (const {plan, expected} of console_lines()) answer(blockSize(plan, expected));
"""
SCORES = """
const {probabilities, top} = await import(process.argv[1] + "/scores.js");
const kinds = {uint8: Uint8Array, int8: Int8Array, float32: Float32Array};
for await (const {kind, row, labels} of console_lines()) {
  answer(top(probabilities(kinds[kind].from(row), labels.length), labels, 3));
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


def test_throttling_is_judged_by_the_reports_rule() -> None:
    quiet = [1.0, 1.1, 0.9]
    waves = np.random.default_rng(2).uniform(0.8, 1.4, (20, 11)).round(4).tolist()
    sessions = [[], quiet, *([*quiet, *[slow] * 7] for slow in (1.1, 1.14, 1.16, 4.0)), *waves]
    for times, (rise, throttled) in zip(sessions, _ask(THROTTLING, sessions), strict=True):
        expected = throttling.rise(times)
        assert rise == (None if expected is None else pytest.approx(expected, rel=1e-12, abs=1e-12))
        assert throttled == (expected is not None and expected > throttling.RISE), times


def test_a_block_has_as_many_samples_as_on_a_board() -> None:
    plans = [
        BenchmarkPlan(models=(Path("a.tflite"),), data=Path("photos"), samples=samples, seconds=seconds)
        for samples, seconds in ((200, 5.0), (50, 0.0), (7, 0.5))
    ]
    cases = [(plan, expected) for plan in plans for expected in (0.0, 0.07, 1.3, 9.9, 250.0)]
    questions = [
        {"plan": {"samples": plan.samples, "seconds": plan.seconds, "blocks": BLOCKS}, "expected": expected}
        for plan, expected in cases
    ]
    assert _ask(SCHEDULE, questions) == [block_size(plan, expected_ms=expected) for plan, expected in cases]


@pytest.mark.parametrize("kind", ["uint8", "int8", "float32"])
def test_the_best_classes_are_the_runtimes(kind: str) -> None:
    generator = np.random.default_rng(5)
    rows = [generator.integers(0, 100, size).astype(kind) for size in (1, 2, 10, 10)]
    if kind == "float32":
        rows = [row / np.float32(128) for row in rows]
    labels = [[f"class {index}" for index in range(max(2, row.size))] for row in rows]
    questions = [
        {"kind": kind, "row": row.tolist(), "labels": names} for row, names in zip(rows, labels, strict=True)
    ]
    for row, names, answer in zip(rows, labels, _ask(SCORES, questions), strict=True):
        expected = Scores(names, probabilities(row, classes=len(names))).top(3)
        assert [(one["label"], one["score"], one["index"]) for one in answer] == [
            (one.label, one.score, one.index) for one in expected
        ]
