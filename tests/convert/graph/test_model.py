import numpy as np

from edgesmith.convert.graph import Graph, Operator

FIRST = Operator(kind="RELU", inputs=("image",), output="first")
SECOND = Operator(kind="ADD", inputs=("first", "one"), output="second")
THIRD = Operator(kind="MUL", inputs=("first", "second"), output="third")
GRAPH = Graph(
    input="image",
    input_shape=(1, 2, 2, 3),
    output="third",
    operators=(FIRST, SECOND, THIRD),
    constants={"one": np.ones(1, np.float32)},
)


def test_consumers_are_all_readers_in_order() -> None:
    assert GRAPH.consumers("first") == [SECOND, THIRD]
    assert GRAPH.consumers("third") == []


def test_producer_is_the_writer_and_none_for_inputs_and_constants() -> None:
    assert GRAPH.producer("second") is SECOND
    assert GRAPH.producer("image") is None
    assert GRAPH.producer("one") is None


def test_with_constants_replaces_and_adds_in_a_copy() -> None:
    changed = GRAPH.with_constants({"one": np.zeros(1, np.float32), "two": np.ones(2, np.float32)})
    assert changed.constants["one"] == 0
    assert sorted(changed.constants) == ["one", "two"]
    assert sorted(GRAPH.constants) == ["one"]
    assert GRAPH.constants["one"] == 1
