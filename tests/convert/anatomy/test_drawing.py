from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from edgesmith.convert.anatomy import read_anatomy
from edgesmith.convert.anatomy.drawing import draw_graph
from edgesmith.runtime.anatomy import Anatomy, OperatorSummary

Layer = Callable[..., OperatorSummary]
Build = Callable[..., Anatomy]

SVG = "{http://www.w3.org/2000/svg}"


def _titles(text: str) -> list[str]:
    root = ElementTree.fromstring(text)  # noqa: S314 - drawn here
    assert root.tag == f"{SVG}svg"
    return [str(title.text) for title in root.iter(f"{SVG}title")]


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
def test_a_box_and_a_title_for_each_operator_that_runs(deployed: Path, suffix: str) -> None:
    anatomy = read_anatomy(deployed / f"colours-int8.{suffix}")
    runs = [layer for layer in anatomy.layers if layer.runs]
    titles = _titles(draw_graph(anatomy, title="colours"))
    assert [title.splitlines()[0] for title in titles] == [
        "colours",
        *(f"{layer.index} {layer.kind}, version {layer.version}" for layer in runs),
    ]


def test_names_need_not_be_xml(anatomy: Build, layer: Layer) -> None:
    drawn = anatomy(layer(0, "x", "a", kind="CUSTOM:<\x00&>", name='"\ud800'))
    assert _titles(draw_graph(drawn, title="a<b>&\x08"))[0] == "a<b>&�"


def test_everything_is_within_the_picture(anatomy: Build, layer: Layer) -> None:
    """Three tensors side by side need three lanes."""
    layers = [
        layer(0, "x", "a"),
        layer(1, "a", "b"),
        layer(2, "b", "c"),
        layer(3, "cba", "d"),
        layer(4, "da", "e"),
    ]
    root = ElementTree.fromstring(draw_graph(anatomy(*layers), title="lanes"))  # noqa: S314 - drawn here
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for box in root.iter(f"{SVG}rect"):
        assert float(box.get("x", 0)) + float(box.attrib["width"]) <= width
        assert float(box.get("y", 0)) + float(box.attrib["height"]) <= height
    lanes = [path.attrib["d"] for path in root.iter(f"{SVG}path") if "Q" in path.attrib["d"]]
    assert len(lanes) == 3
    assert all(float(path.split("Q")[1].split()[0]) < width for path in lanes)


def test_light_and_dark(anatomy: Build, layer: Layer) -> None:
    assert "prefers-color-scheme: dark" in draw_graph(anatomy(layer(0, "x", "a")), title="both")


def test_the_same_twice(deployed: Path) -> None:
    first, second = (
        draw_graph(read_anatomy(deployed / "colours-int8.onnx"), title="colours") for _ in range(2)
    )
    assert first == second
