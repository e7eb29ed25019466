"""HTML and Markdown from templates. A page holds its style and script, and a policy that allows nothing else."""

import base64
import hashlib
import re
import unicodedata
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from edgesmith.benchmarks.report.charts.palette import DARK, LIGHT

_TEMPLATES = Path(__file__).parent / "templates"

# What Markdown could take for more than text; GitHub Flavored Markdown, "Backslash escapes".
_MARKDOWN = re.compile(r"([\\|<\[\]*])")


def render_page(template: str, **values: Any) -> str:
    """A self-contained page, the same text for the same values. Values are escaped unless they are `Markup`."""
    environment = _environment(autoescape=True)
    environment.filters["code"] = _backticks_to_code
    environment.filters["breaks"] = _breaks
    style = environment.get_template("page.css.jinja").render(light=LIGHT, dark=DARK)
    script = (_TEMPLATES / "page.js").read_text(encoding="utf-8")
    return environment.get_template(template).render(
        style=Markup(style),  # noqa: S704 - our own
        script=Markup(script),  # noqa: S704 - our own
        policy=_policy(style, script),
        **values,
    )


def render_markdown_page(template: str, **values: Any) -> str:
    """The same in Markdown; in it, names and messages of others are nothing but text."""
    environment = _environment(autoescape=False)
    environment.filters["text"] = _markdown_text
    environment.filters["line"] = _line
    return environment.get_template(template).render(**values)


def _environment(*, autoescape: bool) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - on for HTML; Markdown has a filter of its own
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _policy(style: str, script: str) -> str:
    """A Content-Security-Policy: these very style and script, no connection, no other resource (W3C CSP3)."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'; "
        "form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _backticks_to_code(text: str) -> Markup:
    # Escaped first; only then do backticks become the one element that messages use.
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped first


def _breaks(name: str) -> Markup:
    """A file's name that may be broken where its parts end."""
    return Markup(re.sub(r"([-_])|(?=\.)", r"\1<wbr>", str(escape(name))))  # noqa: S704 - escaped first


def _line(text: str) -> str:
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)


def _markdown_text(text: str) -> str:
    # Between backticks everything is text already, save for a table's bar.
    parts = re.split(r"(`[^`]+`)", _line(text))
    return "".join(
        part.replace("|", r"\|") if index % 2 else _MARKDOWN.sub(r"\\\1", part)
        for index, part in enumerate(parts)
    )
