import dataclasses
import re
from xml.etree.ElementTree import Element, fromstring

import pytest

from edgesmith.benchmarks.report.charts.chart import (
    DESCRIPTION,
    Chart,
    Frame,
    Spec,
    Table,
    framed,
    key,
    layer,
)
from edgesmith.benchmarks.report.charts.drawing import NARROW, PICTURE, WIDE, to_png, to_svg

NAME = "a|</script>\"&<b>'\n"


def _spec(frame: Frame, *, name: str = NAME) -> Spec:
    data = [{"x": 2.0, "text": name, "key": key(3, name)}, {"x": 4.0, "text": "b", "key": key(None, "b")}]
    x: Spec = {"field": "x", "type": "quantitative"}
    y: Spec = {"field": "text", "type": "nominal"}
    bar = layer(
        "bar",
        data,
        encoding={"x": x, "y": y, "description": DESCRIPTION},
        clip=True,
        color=frame.palette.precisions["int8"],
    )
    return framed(frame, height=60, layers=[bar])


CHART = Chart(
    name="probe",
    title="Probe",
    note="",
    summary="Two bars",
    table=Table(headers=("a",), rows=(("b",),)),
    spec=_spec,
)


def _parsed(svg: str) -> Element:
    return fromstring(svg)  # noqa: S314 - drawn a moment before


@pytest.fixture(scope="module")
def svg() -> str:
    return to_svg(CHART, WIDE, suffix="wide")


def test_marks_tell_whose_they_are_and_what_they_show(svg: str) -> None:
    marks = [element for element in _parsed(svg).iter() if "data-tip" in element.attrib]
    assert [(mark.get("data-series"), mark.get("data-tip")) for mark in marks] == [("3", NAME), (None, "b")]


def test_control_characters_in_names_do_not_spoil_a_report() -> None:
    chart = dataclasses.replace(CHART, spec=lambda frame: _spec(frame, name="a\x1b[31m\x00b"))
    assert 'data-tip="a[31mb"' in to_svg(chart, WIDE, suffix="wide")
    assert to_png(chart).startswith(b"\x89PNG")


def test_names_are_escaped(svg: str) -> None:
    assert "</script>" not in svg
    assert "<b>" not in svg


def test_the_page_s_own_words_are_the_only_ones(svg: str) -> None:
    root = _parsed(svg)
    assert (root.get("role"), root.get("aria-label")) == ("img", "Two bars")
    inner = {name for element in root.iter() if element is not root for name in element.attrib}
    assert not {name for name in inner if name.startswith("aria") or name in {"role", "class", "style"}}


def test_colours_are_the_page_s_and_ids_the_drawing_s(svg: str) -> None:
    assert 'fill="var(--int8)"' in svg
    assert re.findall(r'\sid="([^"]*)"', svg) == ["probe-wide-0"]
    assert "url(#probe-wide-0)" in svg
    assert "xmlns" not in svg


def test_the_same_chart_gives_the_same_text(svg: str) -> None:
    assert to_svg(CHART, WIDE, suffix="wide") == svg


def test_the_width_is_the_frame_s(svg: str) -> None:
    assert _parsed(svg).attrib["viewBox"].split()[2] == str(WIDE.width)
    narrow = _parsed(to_svg(CHART, NARROW, suffix="narrow"))
    assert narrow.attrib["viewBox"].split()[2] == str(NARROW.width)


def test_pictures_need_no_page() -> None:
    assert "var(" not in str(CHART.spec(PICTURE))
    assert to_png(CHART).startswith(b"\x89PNG")
