"""Files of earlier generations are read, run and compared by today's code; files of later ones are refused by name.

A generation is a folder of tests/formats/old/, written by write_generation.py. When a test here fails, the change
breaks files that people have: read the old form too, or raise the number in the document's `schema` and the major
version of edgesmith (docs/release.md).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.compare.counts import compare_counts
from edgesmith.benchmarks.devices.emulated.counts import CountsResult
from edgesmith.benchmarks.report.render import render_markdown
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.bundle.manifest import Manifest
from edgesmith.runtime.bundle.write import choose_models
from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.integrity import content_of
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.runrecord import RunRecord
from edgesmith.runtime.spec import ModelSpec
from edgesmith.runtime.strict import from_json
from edgesmith.runtime.verify import verify

OLD = Path(__file__).parent / "old"
GENERATIONS = sorted(
    (folder for folder in OLD.iterdir() if folder.is_dir()), key=lambda folder: int(folder.name)
)
MODELS = [
    file for folder in GENERATIONS for file in sorted((folder / "deploy").iterdir()) if file.suffix != ".json"
]

generations = pytest.mark.parametrize(
    "generation", GENERATIONS, ids=lambda folder: f"generation {folder.name}"
)


def _document(file: Path) -> Any:
    return json.loads(file.read_bytes())


def test_they_are_numbered_and_small() -> None:
    assert [folder.name for folder in GENERATIONS] == [str(number + 1) for number in range(len(GENERATIONS))]
    assert len(MODELS) == 4 * len(GENERATIONS)
    for file in OLD.rglob("*"):
        assert file.is_dir() or file.stat().st_size < 20_000, f"{file} is too large to keep"


@pytest.mark.parametrize("model", MODELS, ids=lambda file: f"{file.parts[-3]} {file.name}")
def test_a_model_gives_the_answers_of_its_day(model: Path) -> None:
    spec = read_spec(model)
    assert spec.labels == ("blue", "green", "red")
    assert content_of(model, spec) == "intact"
    assert verify(model).outcome in ("identical", "within")
    with Classifier(model) as classify:
        assert len(classify.invoke(golden_inputs(spec.input)[:1])) == 3


@generations
def test_a_run_says_what_it_was_trained_on(generation: Path) -> None:
    record = RunRecord.load(generation)
    assert record.labels == ("blue", "green", "red")
    assert len(record.images("train").files) == 24
    assert record.plan["recipe"] == "scratch"


@generations
def test_a_deploy_folder_can_be_bundled(generation: Path) -> None:
    assert {file.name for file in choose_models(generation / "deploy")} == {
        "run-int8.onnx",
        "run-int8.tflite",
    }
    assert from_json(Manifest, _document(generation / "bundle.json"), where="bundle.json").name == "run"


@generations
def test_a_benchmark_is_read_and_reported(generation: Path) -> None:
    result = BenchResult.load(generation / "bench.json")
    assert {run.precision for run in result.runs} == {"int8"}
    assert "run-int8.tflite" in render_markdown(result, ())


@generations
def test_counts_are_compared_with_themselves(generation: Path) -> None:
    counts = CountsResult.load(generation / "counts.json")
    assert [pair.verdict for pair in compare_counts(counts, counts).pairs] == ["same"]


@generations
def test_they_are_what_the_schemas_say(generation: Path, conforms: Callable[[Any], None]) -> None:
    """A schema describes every file of its version, so no key that old files lack may be required."""
    for file in ("run.json", "bench.json", "counts.json", "bundle.json", "deploy/convert.json"):
        conforms(_document(generation / file))
    for model in (generation / "deploy").glob("run-*"):
        conforms(json.loads(read_spec(model).to_json()))


Reader = Callable[[Path], object]
LATER: dict[str, tuple[str, Reader]] = {
    "edgesmith.run/1": ("run.json", lambda file: RunRecord.load(file.parent)),
    "edgesmith.bench/1": ("bench.json", BenchResult.load),
    "edgesmith.counts/1": ("counts.json", CountsResult.load),
}


@pytest.mark.parametrize("known", LATER)
def test_a_later_version_is_refused_by_name(known: str, tmp_path: Path) -> None:
    name, read = LATER[known]
    later = known.replace("/1", "/2")
    (tmp_path / name).write_text(json.dumps({**_document(GENERATIONS[-1] / name), "schema": later}))

    with pytest.raises(EdgesmithError, match=f"has schema '{later}'; this version reads '{known}'") as caught:
        read(tmp_path / name)
    assert "install the edgesmith that wrote it" in str(caught.value.tip)


@pytest.mark.parametrize("suffix", [".tflite", ".onnx"])
def test_a_model_of_a_later_version_is_refused_by_name(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"later{suffix}"
    old = (GENERATIONS[-1] / "deploy" / f"run-int8{suffix}").read_bytes()
    file.write_bytes(old.replace(b"edgesmith.model/1", b"edgesmith.model/2"))

    with pytest.raises(EdgesmithError) as caught:
        read_spec(file)
    if suffix == ".onnx":  # a ZIP archive has a checksum, so there the change is damage
        assert "has schema 'edgesmith.model/2'; this version reads 'edgesmith.model/1'" in str(caught.value)
        assert "install the edgesmith that wrote it" in str(caught.value.tip)


def test_what_lies_in_a_tflite_of_a_later_version_is_refused_by_name() -> None:
    spec = read_spec(MODELS[0])
    with pytest.raises(EdgesmithError, match=r"has schema 'edgesmith\.model/2'") as caught:
        ModelSpec.from_json(spec.to_json().replace(b"edgesmith.model/1", b"edgesmith.model/2"))
    assert "install the edgesmith that wrote it" in str(caught.value.tip)
