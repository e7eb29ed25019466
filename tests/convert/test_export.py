"""What the precisions share, and that none of them depends on what is asked for beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.convert.export import Exporter, Made, Material, operators_named
from edgesmith.convert.graph import Graph
from edgesmith.convert.normalisation import RAW_PIXELS
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.prepare import prepare_graph
from edgesmith.convert.sources.keras_model import load_keras
from edgesmith.convert.tflite.write import has_int8_weights
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import Precision

Make = Callable[..., dict[Precision, Made]]


@pytest.fixture
def make(wide_graph: Graph, make_pictures: Callable[..., Any]) -> Make:
    """Flatbuffers by precision, made one after another by one exporter."""
    pixels = make_pictures(20, height=14, width=10)

    def export(*precisions: Precision, calibrated: bool = True) -> dict[Precision, Made]:
        plan = ConversionPlan(model=Path("n.keras"), output=Path("deploy"), precisions=precisions)
        material = Material(classes=40, calibration=pixels if calibrated else pixels[:0])
        exporter = Exporter(wide_graph, plan, material)
        return {name: exporter.make(name, report=lambda stage, share: None) for name in precisions}

    return export


def test_dynamic_does_not_depend_on_what_is_made_beside_it(make: Make) -> None:
    alone, beside = make("dynamic"), make("int8", "dynamic")
    assert alone["dynamic"].flatbuffer == beside["dynamic"].flatbuffer
    assert alone["dynamic"].flatbuffer != make("dynamic", calibrated=False)["dynamic"].flatbuffer


def test_float16_is_lowered_from_float32(make: Make) -> None:
    made = make("float32", "float16")
    assert made["float16"].onnx_from == made["float32"].flatbuffer
    assert made["float32"].onnx_from == made["float32"].flatbuffer


def test_patterns_ignore_case_and_may_leave_out_parts(wide_graph: Graph) -> None:
    (first, *_) = [operator.output for operator in wide_graph.operators]
    assert operators_named(wide_graph, [first.upper()]) == {first}
    assert operators_named(wide_graph, ["*"]) == {operator.output for operator in wide_graph.operators}
    assert operators_named(wide_graph, []) == frozenset()


def test_a_pattern_that_matches_nothing_names_the_closest(wide_graph: Graph) -> None:
    with pytest.raises(OptionError, match="--keep-float stemm names no operator") as refusal:
        operators_named(wide_graph, ["*", "stemm"])
    assert "'stem'" in str(refusal.value.tip)


def test_a_dynamic_file_without_int8_is_told(colour_file: Path) -> None:
    source = load_keras(colour_file, run=None)
    graph = prepare_graph(source.flatbuffer, ("blue", "green", "red"), RAW_PIXELS).graph
    plan = ConversionPlan(model=Path("n.keras"), output=Path("deploy"), precisions=("dynamic",))
    exporter = Exporter(graph, plan, Material(classes=3, calibration=np.empty((0, 16, 16, 3), np.uint8)))
    made = exporter.make("dynamic", report=lambda stage, share: None)
    assert not has_int8_weights(made.flatbuffer)
    (warning,) = exporter.warnings
    assert "no int8 weights" in warning
