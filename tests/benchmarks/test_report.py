import dataclasses
import re
from collections.abc import Callable
from html.parser import HTMLParser

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from edgesmith.benchmarks.report.plots.figure import new_figure
from edgesmith.benchmarks.report.plots.placement import place_labels
from edgesmith.benchmarks.report.render import render_html, render_markdown
from edgesmith.benchmarks.report.table import terminal_table
from edgesmith.benchmarks.results import BenchResult, BenchRun, BenchWarning


@pytest.fixture(scope="module")
def page(result: BenchResult) -> str:
    return render_html(result)


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert "http" not in page
    assert "<script" not in page
    assert not re.search(r"url\((?!#)|@import|<link|<img", page)


def test_every_run_is_in_every_report(result: BenchResult, page: str) -> None:
    for text in (page, render_markdown(result), terminal_table(result)):
        for run in result.runs:
            assert text.count(run.file) >= 2  # once for each number of threads
    assert page.count('<th scope="row"') == len(result.runs) == 4


def test_all_three_figures_are_drawn_with_the_colours_of_the_page(page: str) -> None:
    assert page.count("<svg") == page.count("</svg>") == 3
    assert "var(--int8)" in page.partition("</style>")[2]
    assert "currentColor" in page
    assert not re.search(r"#0[1-4]00?0\d", page.partition("</style>")[2])


def test_ids_are_unique_and_every_reference_has_its_target(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(|href="|labelledby=")#?([\w.-]+)', page)) <= set(ids)


def test_the_same_result_gives_the_same_bytes(result: BenchResult, page: str) -> None:
    assert render_html(result) == page


def test_markup_is_balanced(page: str) -> None:
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.stack: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's signature
            if tag not in {"meta", "br"}:
                self.stack.append(tag)

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            """`<path/>` opens nothing."""

        def handle_endtag(self, tag: str) -> None:
            assert self.stack.pop() == tag

    parser = Balance()
    parser.feed(page)
    assert parser.stack == []


def test_names_and_messages_are_escaped(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    run = make_run("<b>$x_1$.onnx", "int8", [4.0] * 5, name="<script>")
    warning = BenchWarning(kind="noisy", message="<i> `code <u>`")
    page = render_html(make_result(run, warnings=(warning,)))
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;i&gt; <code>code &lt;u&gt;</code>" in page


def test_without_labels_there_is_no_accuracy_figure(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    result = make_result(make_run("a.onnx", "int8", [4.0] * 5, accuracy=None))
    page = render_html(dataclasses.replace(result, data=dataclasses.replace(result.data, labelled=False)))
    assert page.count("<svg") == 2
    assert "Accuracy against latency" not in page


def test_the_command_to_repeat_is_given(
    result: BenchResult, make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    page = render_markdown(make_result(make_run("a b.onnx", "int8", [4.0])))
    assert "edgesmith bench 'a b.onnx' --data pictures --threads 1\n" in page
    assert "samples=20" in render_markdown(result)  # what the command line cannot say


def test_labels_cover_neither_each_other_nor_points() -> None:
    points = [(2.0 + 0.05 * number, 90.0 + number % 2) for number in range(8)]
    with new_figure(height=4) as (figure, axes):
        axes.plot(*zip(*points, strict=True), "o")
        axes.set_xlim(0, 4)
        axes.set_ylim(80, 100)
        annotations = place_labels(axes, points, [f"int8 tflite ×{number}" for number in range(8)])
        renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's own gap
        boxes = [mpl.text.Text.get_window_extent(annotation, renderer) for annotation in annotations]
        for number, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[number + 1 :])
            assert not any(box.contains(*axes.transData.transform(point)) for point in points)
