import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.spec import PRECISIONS, Golden, InputSpec, ModelSpec, SourceSpec

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
INPUTS = st.builds(
    InputSpec,
    height=st.integers(1, 8192),
    width=st.integers(1, 8192),
    channels=st.sampled_from([1, 3]),
    resize=st.sampled_from(["stretch", "crop"]),
    crop_fraction=st.floats(0, 1, exclude_min=True),
)
ROWS = st.integers(0, 4).flatmap(
    lambda size: st.lists(st.tuples(*[NUMBERS] * size), max_size=4).map(tuple)
)  # as many values in each
SPECS = st.builds(
    ModelSpec,
    name=TEXT,
    labels=st.lists(TEXT, min_size=2, max_size=5).map(tuple),
    input=INPUTS,
    precision=st.sampled_from(PRECISIONS),
    source=st.builds(SourceSpec, sha256=TEXT, framework=TEXT),
    golden=st.builds(Golden, outputs=ROWS, tolerance=NUMBERS, other_kernels=NUMBERS),
    schema=st.just("edgesmith.model/1"),
)


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_json_round_trip(spec: ModelSpec) -> None:
    assert ModelSpec.from_json(spec.to_json()) == spec


def test_json_has_the_schema_first_and_no_spaces(make_spec: Callable[..., ModelSpec]) -> None:
    data = make_spec(labels=("Blüte", "x")).to_json()
    assert data.startswith(b'{"schema":"edgesmith.model/1","name":"colours","labels":["Bl\xc3\xbcte","x"],')
    assert b" " not in data


def test_shape_is_one_image_rows_columns_channels() -> None:
    assert InputSpec(height=4, width=5, channels=3).shape == (1, 4, 5, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"height": 0}, "input size 0x5", id="no rows"),
        pytest.param({"width": 8193}, "4x8193 is outside 1..8192", id="too wide"),
        pytest.param({"channels": 4}, "4 channels; 1 (grey) and 3 (RGB) are known", id="RGBA"),
        pytest.param({"crop_fraction": 0.0}, "crop_fraction 0.0", id="nothing left"),
        pytest.param({"crop_fraction": 1.5}, "crop_fraction 1.5", id="more than all"),
    ],
)
def test_impossible_inputs_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        InputSpec(**{"height": 4, "width": 5, "channels": 3, **changes})


@pytest.mark.parametrize("labels", [(), ("only",)], ids=["no labels", "one label"])
def test_a_classifier_has_two_labels(labels: tuple[str, ...], make_spec: Callable[..., ModelSpec]) -> None:
    with pytest.raises(ValueError, match="a classifier has at least two"):
        make_spec(labels=labels)


def _changed(spec: ModelSpec, *path: str, to: object) -> bytes:
    document = json.loads(spec.to_json())
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        pytest.param("schema", "edgesmith.model/2", "has schema 'edgesmith.model/2'; this version reads 'edgesmith.model/1'", id="newer schema"),
        pytest.param("schema", None, "has schema None", id="no schema"),
        pytest.param("precision", "int4", "edgesmith.json.precision: 'int4' is not 'float32' or", id="unknown precision"),
        pytest.param("input.channels", 2, "edgesmith.json.input: 2 channels", id="two channels"),
        pytest.param("input.colour", "BGR", "edgesmith.json.input: keys unknown ['colour']", id="unknown key"),
        pytest.param("labels", ["one"], "edgesmith.json: 1 labels", id="one label"),
        pytest.param("golden.outputs", [[1, 2], [1]], "edgesmith.json.golden: golden outputs of [1, 2] values", id="ragged golden rows"),
        pytest.param("golden.tolerance", float("nan"), "edgesmith.json.golden.tolerance: nan is not a finite", id="NaN tolerance"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_json_is_named(
    path: str, value: object, message: str, make_spec: Callable[..., ModelSpec]
) -> None:
    with pytest.raises(ModelFileError, match=re.escape(message)):
        ModelSpec.from_json(_changed(make_spec(), *path.split("."), to=value))


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff\xfe\xff", b"[" * 100_000, b"\x00" * 8, b"1" * 10_000],
    ids=["empty", "half", "not UTF-8", "nested too deep", "zeros", "a number too long"],
)
def test_what_is_not_json_is_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError, match=r"edgesmith\.json is not JSON"):
        ModelSpec.from_json(data)


@pytest.mark.parametrize("data", [b"[]", b"null", b'"text"', b"3"])
def test_json_that_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError, match="has schema None"):
        ModelSpec.from_json(data)


@settings(max_examples=100, deadline=None)
@given(SPECS, st.data())
def test_damaged_json_is_read_or_refused_clearly(spec: ModelSpec, data: st.DataObject) -> None:
    damaged = bytearray(spec.to_json())
    damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(ModelSpec.from_json(bytes(damaged)), ModelSpec)
    except ModelFileError as error:
        assert "edgesmith.json" in str(error)  # noqa: PT017 - both ways are right


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2J", "tab\t", "\x9b1m", "\ud800", "\x7f"], ids=ascii)
def test_names_hold_nothing_that_a_terminal_obeys(name: str, make_spec: Callable[..., ModelSpec]) -> None:
    for changes in ({"labels": ("red", name, "blue")}, {"name": name}):
        with pytest.raises(ValueError, match="has control characters") as caught:
            make_spec(**changes)
        assert name not in str(caught.value)


@pytest.mark.parametrize("name", ["Blüte 🌷", "ねこ", "non\u00a0breaking", "👩\u200d🌾", "עברית"])
def test_names_in_any_script(name: str, make_spec: Callable[..., ModelSpec]) -> None:
    assert make_spec(labels=("red", name, "blue")).labels[1] == name
