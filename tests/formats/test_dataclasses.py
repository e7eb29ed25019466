"""The schemas were written by hand and the dataclasses too; here they have to agree, field by field and type by type.

msgspec derives a schema from each dataclass. What ours says beyond it (words, ranges, lengths) is taken off first.
"""

from typing import Any

import msgspec
import pytest

from edgesmith.benchmarks.compare.comparison import Comparison
from edgesmith.benchmarks.compare.counts import CountComparison
from edgesmith.benchmarks.devices.adb.benchmark_model.result import ToolResult
from edgesmith.benchmarks.devices.emulated.counts import CountsResult
from edgesmith.benchmarks.results import BenchResult
from edgesmith.convert.explain.result import Explanation
from edgesmith.convert.quantization.errors import QuantizationErrors
from edgesmith.convert.quantization.input_offset import OffsetCheck
from edgesmith.convert.record import FileRecord, Settings, SourceRecord
from edgesmith.runtime.anatomy import Anatomy, OldestRuntime, OperatorSummary
from edgesmith.runtime.bundle.manifest import Manifest
from edgesmith.runtime.doctor.finding import Examination
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.inspect import Inspection, TensorSummary
from edgesmith.runtime.runrecord import RunRecord
from edgesmith.runtime.scores import Prediction
from edgesmith.runtime.spec import PRECISIONS, ModelSpec
from edgesmith.runtime.verify import Verdict
from edgesmith.train.augmentation.settings import Augmentation
from edgesmith.train.check.findings import Picture
from edgesmith.train.plan import MachinePlan
from edgesmith.train.report.per_class import ClassMeasures

Schema = dict[str, Any]

WRITTEN: dict[str, list[type]] = {
    "bench": [BenchResult],
    "bench-devices": [Failure],
    "benchmark-model": [ToolResult],
    "bundle": [Manifest],
    "check": [Picture],
    "compare": [Comparison],
    "compare-counts": [CountComparison],
    "convert": [FileRecord, SourceRecord, Settings, OffsetCheck, QuantizationErrors],
    "counts": [CountsResult],
    "doctor": [Examination],
    "explain": [Explanation],
    "inspect": [Inspection, TensorSummary, OperatorSummary, OldestRuntime],
    "model": [ModelSpec],
    "predict": [Prediction],
    "run": [RunRecord, Augmentation, MachinePlan, ClassMeasures],
    "verify": [Verdict],
}
"""The dataclasses that become JSON field by field, by document; those inside them follow."""

ADDED = {
    "Comparison": {"schema", "verdicts"},
    "CountComparison": {"schema"},
    "Examination": {"schema"},
    "Explanation": {"schema"},
    "Inspection": {
        "schema", "doubt", "operators", "int8_share", "parameters", "macs", "int8_macs_share", "oldest_runtime",
        "float_operators", "layers",
    },
    "Manifest": {"output"},
    "Quietness": {"quiet"},
}  # fmt: skip
"""Keys that `to_json` adds and that are no field. What documents really hold is shown by the tests of each part."""

OTHERWISE = {
    ("Inspection", "anatomy"): "its parts stand beside the others",
    ("Inspection", "spec"): "without golden",
    ("RunRecord", "plan"): "described in full",
    ("RunRecord", "metrics"): "described in full",
    ("RunRecord", "environment"): "described in full",
    ("RunRecord", "seconds"): "described in full",
}
"""Fields that JSON shows otherwise."""

_SAID_BEYOND = {
    "description", "title", "default", "pattern", "minimum", "maximum", "exclusiveMinimum", "minItems", "maxItems",
    "uniqueItems", "additionalProperties",
}  # fmt: skip


def _bare(schema: Any) -> Any:
    """A subschema without what types cannot say, and one way of writing where there are several."""
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"].rpartition("/")[2].rpartition(".")[2]}
    found = {key: _bare(value) for key, value in schema.items() if key not in _SAID_BEYOND}
    if isinstance(found.get("type"), list):
        return {"anyOf": [{**found, "type": kind} for kind in found["type"]]}
    if "type" in found:
        found.pop("enum", None)  # of integers: a range as a list
    return _one_of(found)


def _one_of(found: Any) -> Any:
    values = [found["const"]] if "const" in found else sorted(found.get("enum", ()))
    if values == sorted(PRECISIONS):
        return {"$ref": "Precision"}
    return {"enum": values} if values else found


def _derived(kinds: list[type]) -> dict[str, Schema]:
    """What msgspec derives, by the class's name."""
    _, found = msgspec.json.schema_components(kinds)
    return {name.rpartition(".")[2]: schema for name, schema in found.items()}


def _ours(name: str, document: str, schemas: dict[str, Schema]) -> Schema:
    for file in (f"{document}-1.schema.json", "objects.schema.json", *schemas):
        if name in schemas[file]["$defs"]:
            found: Schema = schemas[file]["$defs"][name]
            return found
    pytest.fail(f"{name} of edgesmith.{document}/1 is in no schema")


@pytest.mark.parametrize("document", WRITTEN)
def test_fields_and_types_are_those_of_the_schema(document: str, schemas: dict[str, Schema]) -> None:
    for name, derived in _derived(WRITTEN[document]).items():
        if name == Anatomy.__name__:
            continue
        ours = _ours(name, document, schemas)
        added = ADDED.get(name, set())
        left_out = {field for owner, field in OTHERWISE if owner == name}
        theirs = {key: _bare(value) for key, value in derived["properties"].items() if key not in left_out}
        mine = {
            key: _bare(value)
            for key, value in ours["properties"].items()
            if key not in added and key not in left_out
        }
        assert mine == theirs, name
        # A field with a default may be absent in older files; one without never was.
        assert set(derived["required"]) - left_out <= set(ours["required"]), name


def test_the_plan_of_a_run_has_the_options_of_a_training(schemas: dict[str, Schema]) -> None:
    from dataclasses import fields

    from edgesmith.train.plan import TrainingPlan

    said = set(schemas["run-1.schema.json"]["$defs"]["Plan"]["properties"])
    assert said - {"weights_sha256", "teacher_sha256"} == {field.name for field in fields(TrainingPlan)} - {
        "output",
        "resume",
    }


def test_the_metrics_of_a_run_begin_with_accuracy(schemas: dict[str, Schema]) -> None:
    metrics = schemas["run-1.schema.json"]["$defs"]["Metrics"]["properties"]
    accuracy = schemas["objects.schema.json"]["$defs"]["Accuracy"]["properties"]
    assert {key: metrics[key] for key in accuracy} == accuracy
