import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edgesmith.benchmarks.report.charts.all import charts_of
from edgesmith.benchmarks.report.charts.chart import Chart
from edgesmith.benchmarks.report.render import render_html, render_markdown, write_report
from edgesmith.benchmarks.results import BenchResult, BenchRun


class Elements(HTMLParser):
    """Every element with its attributes; fails on markup that is not balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "wbr", "input"}:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.found if name in attributes]


@pytest.fixture(scope="module")
def elements(page: str) -> Elements:
    return Elements(page)


def test_the_page_needs_nothing_from_elsewhere(page: str, elements: Elements) -> None:
    assert "http:" not in page
    assert "https:" not in page
    assert not re.search(r"url\((?!#)|@import", page)
    assert not {"link", "img", "iframe", "image"} & {tag for tag, _ in elements.found}
    assert not elements.values("src")
    assert all(value.startswith(("#", "data:application/gzip")) for value in elements.values("href"))


def test_names_and_messages_of_others_stay_text(page: str, elements: Elements) -> None:
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == 1
    assert "i" not in tags
    assert "u" not in tags
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
    assert "&lt;i&gt; <code>code &lt;u&gt;</code>" in page


def test_nothing_has_a_style_or_a_script_of_its_own(elements: Elements) -> None:
    assert not elements.values("style")  # the policy would refuse it


def test_ids_are_unique_and_every_reference_has_its_target(page: str, elements: Elements) -> None:
    ids = elements.values("id")
    assert len(ids) == len(set(ids))
    targets = re.findall(r"url\(#([^)]+)\)", page) + elements.values("aria-labelledby")
    assert set(targets) <= set(ids)


def test_every_chart_is_drawn_for_wide_and_narrow_with_words_and_numbers(
    elements: Elements, charts: list[Chart], page: str
) -> None:
    drawings = [attributes for tag, attributes in elements.found if tag == "svg"]
    assert len(drawings) == 2 * len(charts)
    assert all(drawing["role"] == "img" and drawing["aria-label"] for drawing in drawings)
    assert page.count("<summary>Numbers") == len(charts)


def test_every_run_and_every_failure_has_its_row(page: str, rich: BenchResult, elements: Elements) -> None:
    rows = [attributes.get("data-series") for tag, attributes in elements.found if tag == "tr"]
    assert [row for row in rows if row is not None] == [str(index) for index in range(len(rich.runs))]
    assert page.count('<tr class="failed">') == 1
    assert "not measured: no kernel for" in page


def test_what_is_called_int8_says_how_much_of_it_is(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> None:
    runs = [make_run("a.onnx", "int8", [4.0], int8_macs_share=0.973), make_run("b.onnx", "float32", [4.0])]
    page = render_html(make_result(*runs), [])
    assert page.count(" % int8</small>") == 1
    assert "onnxruntime, 1 thread, 97 % int8</small>" in page
    assert "multiply-accumulates" not in render_html(make_result(runs[1]), [])


def test_the_same_result_gives_the_same_bytes(rich: BenchResult, page: str) -> None:
    assert render_html(rich, charts_of(rich)) == page


def test_markdown_has_every_run_and_no_markup_of_others(rich: BenchResult, charts: list[Chart]) -> None:
    text = render_markdown(rich, charts)
    table = [line for line in text.splitlines() if re.match(r"\| (\d+|–) ", line)]
    assert len(table) == len(rich.runs) + len(rich.failed)
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1  # no name adds a column
    for line in text.splitlines():
        if not line.startswith("    "):  # the command is code
            for cell in re.split(r"(?<!\\)\|", line):
                assert not re.search(r"(?<!\\)<", re.sub(r"`[^`]*`", "", cell)), cell


def test_pictures_lie_beside_the_reports_and_are_the_ones_named(
    sustained: BenchResult, tmp_path: Path
) -> None:
    write_report(sustained, tmp_path)
    named = re.findall(r"\]\((charts/[a-z-]+\.png)\)", (tmp_path / "report.md").read_text())
    assert sorted(named) == sorted(f"charts/{file.name}" for file in (tmp_path / "charts").iterdir())
    assert "charts/temperature.png" in named
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in named)
