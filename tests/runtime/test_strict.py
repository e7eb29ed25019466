import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.strict import from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    count: int
    share: float = 0.5

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(f"count {self.count} is negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    name: str
    kind: Literal["oak", "fir"]
    leaves: tuple[Leaf, ...]
    note: str | None
    evergreen: bool
    anything: dict[str, Any]


GOOD: dict[str, Any] = {
    "name": "big",
    "kind": "oak",
    "leaves": [{"count": 3}, {"count": 4, "share": 1}],
    "note": None,
    "evergreen": False,
    "anything": {"x": [1, {"y": None}]},
}


def test_every_kind_of_field() -> None:
    assert from_json(Tree, GOOD, where="tree.json") == Tree(
        name="big",
        kind="oak",
        leaves=(Leaf(count=3, share=0.5), Leaf(count=4, share=1.0)),
        note=None,
        evergreen=False,
        anything={"x": [1, {"y": None}]},
    )


def test_an_integer_serves_as_a_float() -> None:
    leaf = from_json(Leaf, {"count": 1, "share": 2}, where="leaf")
    assert type(leaf.share) is float


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"name": 7}, "tree.json.name: 7 is not str", id="number for text"),
        pytest.param({"name": None}, "tree.json.name: None is not str", id="null for text"),
        pytest.param({"kind": "ash"}, "tree.json.kind: 'ash' is not 'oak' or 'fir'", id="unknown literal"),
        pytest.param({"kind": ["oak"]}, "is not 'oak' or 'fir'", id="list for literal"),
        pytest.param({"leaves": {}}, "tree.json.leaves: {} is not a list", id="object for list"),
        pytest.param({"leaves": "ab"}, "tree.json.leaves: 'ab' is not a list", id="text for list"),
        pytest.param({"leaves": [3]}, "tree.json.leaves[0]: 3 is not an object", id="number for object"),
        pytest.param({"leaves": [{"count": True}]}, "tree.json.leaves[0].count: True is not int", id="bool for int"),
        pytest.param({"leaves": [{"count": 1.0}]}, "tree.json.leaves[0].count: 1.0 is not int", id="float for int"),
        pytest.param({"leaves": [{"count": 1, "share": True}]}, "True is not a finite float", id="bool for float"),
        pytest.param({"leaves": [{"count": 1, "share": "1"}]}, "'1' is not a finite float", id="text for float"),
        pytest.param({"leaves": [{"count": 1, "share": float("nan")}]}, "nan is not a finite float", id="NaN"),
        pytest.param({"leaves": [{"count": 1, "share": float("inf")}]}, "inf is not a finite float", id="infinity"),
        pytest.param({"leaves": [{"count": 1, "share": 10**400}]}, "is not a finite float", id="beyond float64"),
        pytest.param({"leaves": [{"count": -1}]}, "tree.json.leaves[0]: count -1 is negative", id="a field's check"),
        pytest.param({"note": 5}, "tree.json.note: 5 is not str", id="number for optional text"),
        pytest.param({"evergreen": 0}, "tree.json.evergreen: 0 is not bool", id="number for bool"),
        pytest.param({"anything": []}, "tree.json.anything: [] is not dict", id="list for free object"),
        pytest.param({"bark": 1}, "tree.json: keys unknown ['bark']", id="unknown key"),
        pytest.param({"leaves": [{}]}, "tree.json.leaves[0]: keys missing ['count']", id="missing key"),
        pytest.param({"leaves": [{"x": 1}]}, "keys unknown ['x'] and missing ['count']; known are ['count', 'share']", id="both"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelFileError, match=re.escape(message)):
        from_json(Tree, {**GOOD, **changes}, where="tree.json")


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(ModelFileError) as caught:
        from_json(Tree, {**GOOD, "kind": "x" * 1000}, where="tree.json")
    assert len(str(caught.value)) < 120
    assert "xxx... is not" in str(caught.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Garden:
    gate: Path
    shed: Path | None = None
    leaf: Leaf = field(default_factory=lambda: Leaf(count=1))


def test_paths_are_texts_and_made_defaults_may_be_left_out() -> None:
    assert from_json(Garden, {"gate": "a/b"}, where="garden.json") == Garden(gate=Path("a/b"))
    assert from_json(Garden, {"gate": "a", "shed": "c"}, where="garden.json").shed == Path("c")
    with pytest.raises(ModelFileError, match="5 is not Path"):
        from_json(Garden, {"gate": 5}, where="garden.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*GOOD, "count", "share"]) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON | st.fixed_dictionaries({key: JSON | st.just(value) for key, value in GOOD.items()}))
def test_any_json_is_built_or_refused_clearly(data: Any) -> None:
    try:
        tree = from_json(Tree, data, where="tree.json")
    except ModelFileError as error:
        assert str(error).startswith("tree.json")  # noqa: PT017 - both ways are right
    else:
        assert (tree.name, tree.kind, len(tree.leaves)) == (data["name"], data["kind"], len(data["leaves"]))
