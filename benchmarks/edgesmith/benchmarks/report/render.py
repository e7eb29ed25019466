"""`report.md` and `report.html`, from a result and nothing else."""

import re
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from edgesmith.benchmarks.report.facts import command, environment_rows, method
from edgesmith.benchmarks.report.plots.distribution import distribution_plot
from edgesmith.benchmarks.report.plots.phases import phase_plot
from edgesmith.benchmarks.report.plots.tradeoff import MAX_NAMED, tradeoff_plot
from edgesmith.benchmarks.report.table import HEADERS, TEXT_COLUMNS, rows
from edgesmith.benchmarks.report.verdict import verdict
from edgesmith.benchmarks.report.wording import short_labels
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.atomic import write_bytes

REPORT_HTML, REPORT_MARKDOWN = "report.html", "report.md"


def write_report(result: BenchResult, folder: Path) -> None:
    """Write both reports into an existing folder."""
    write_bytes(folder / REPORT_HTML, render_html(result).encode())
    write_bytes(folder / REPORT_MARKDOWN, render_markdown(result).encode())


def render_html(result: BenchResult) -> str:
    """One self-contained page: no script, no resource from elsewhere, the same bytes for the same result."""
    labels = short_labels(result.runs)
    # Our own SVG; labels in it were escaped by matplotlib.
    figures: dict[str, Any] = {
        "distribution": Markup(distribution_plot(result.runs, labels)),  # noqa: S704 - SVG from matplotlib, which escapes labels
        "phases": Markup(phase_plot(result.runs, labels)),  # noqa: S704 - SVG from matplotlib, which escapes labels
    }
    if result.data.labelled:
        figures["tradeoff"] = Markup(tradeoff_plot(result.runs, labels))  # noqa: S704 - SVG from matplotlib, which escapes labels
    return _render("report.html.jinja", result, figures=figures, autoescape=True)


def render_markdown(result: BenchResult) -> str:
    """The same in Markdown, without figures."""
    return _render("report.md.jinja", result, figures={}, autoescape=False)


def _render(template: str, result: BenchResult, *, figures: dict[str, Any], autoescape: bool) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=autoescape,  # noqa: S701 - on for HTML; Markdown is no markup of ours to protect
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = _backticks_to_code
    return environment.get_template(template).render(
        title=", ".join(dict.fromkeys(run.name for run in result.runs)),
        subtitle=result.environment.board or result.environment.cpu_model,
        verdict=verdict(result),
        warnings=result.warnings,
        headers=HEADERS,
        text_columns=TEXT_COLUMNS,
        rows=rows(result),
        numbered=len(result.runs) > MAX_NAMED,
        precisions=list(dict.fromkeys(run.precision for run in result.runs)),
        figures=figures,
        environment=environment_rows(result),
        method=method(result),
        command=command(result),
    )


def _backticks_to_code(text: str) -> Markup:
    # Escaped first; only then do backticks become the one element that messages use.
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped first
