"""`report.html`, `report.md` and the charts' pictures, from a result and nothing else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgesmith.benchmarks.report.charts.all import charts_of
from edgesmith.benchmarks.report.charts.chart import Chart
from edgesmith.benchmarks.report.charts.drawing import svg_for_page, to_png
from edgesmith.benchmarks.report.facets import facets
from edgesmith.benchmarks.report.facts import environment_rows, method, subtitle
from edgesmith.benchmarks.report.page import render_markdown_page, render_page
from edgesmith.benchmarks.report.rawdata import raw_data
from edgesmith.benchmarks.report.repeat import command
from edgesmith.benchmarks.report.table import TEXT_COLUMNS, caption, failed_rows, headers, rows
from edgesmith.benchmarks.report.tables import files, int8_table, single_stream_table
from edgesmith.benchmarks.report.verdict import STATED, verdict
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.atomic import write_bytes

REPORT_HTML, REPORT_MARKDOWN, CHARTS = "report.html", "report.md", "charts"


def write_report(result: BenchResult, folder: Path) -> None:
    """Write both reports and the pictures into an existing folder."""
    charts = charts_of(result)
    write_bytes(folder / REPORT_HTML, render_html(result, charts).encode())
    write_bytes(folder / REPORT_MARKDOWN, render_markdown(result, charts).encode())
    for chart in charts:
        write_bytes(folder / picture(chart), to_png(chart))


def render_html(result: BenchResult, charts: Sequence[Chart]) -> str:
    """One self-contained page: no resource from elsewhere, the same text for the same result."""
    return render_page(
        "report.html.jinja",
        **_shared(result),
        charts=[(chart, svg_for_page(chart)) for chart in charts],
        facets=facets(result.runs),
        shares=[run.int8_macs_share for run in result.runs],
        files=list(files(result)),
        raw=raw_data(result),
    )


def render_markdown(result: BenchResult, charts: Sequence[Chart]) -> str:
    """The same in Markdown, with the charts as pictures beside it."""
    return render_markdown_page(
        "report.md.jinja", **_shared(result), charts=[(chart, picture(chart)) for chart in charts]
    )


def picture(chart: Chart) -> str:
    """Where the chart's picture lies beside the reports."""
    return f"{CHARTS}/{chart.name}.png"


def _shared(result: BenchResult) -> dict[str, Any]:
    return {
        "title": ", ".join(dict.fromkeys(run.name for run in result.runs)),
        "subtitle": subtitle(result),
        "verdict": verdict(result),
        "warnings": [warning for warning in result.warnings if warning.kind not in STATED],
        "headers": headers(result),
        "caption": caption(result),
        "text_columns": TEXT_COLUMNS,
        "rows": rows(result),
        "failed": failed_rows(result),
        "int8": int8_table(result),
        "single_stream": single_stream_table(result),
        "environment": environment_rows(result),
        "method": method(result),
        "command": command(result),
    }
