"""A Sphinx extension: repairs to its HTML that axe-core asks for. tests/manual/test_browser.py shows that they suffice."""

import re
from typing import Any

from sphinx.application import Sphinx

# Parameters of a long signature are a definition list without terms (Sphinx 9.0, `visit_desc_parameterlist`).
_PARAMETERS = re.compile(r"<dl>\n((?:<dd>.*?</dd>\n)+)</dl>", re.DOTALL)

_LATE = 900  # Furo has made its navigation by then; handlers without a number are called at 500


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the events."""
    app.connect("autodoc-process-signature", without_factories)
    app.connect("html-page-context", repair, priority=_LATE)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def without_factories(*event: Any) -> tuple[str | None, str | None]:
    """Let Sphinx read the signatures of dataclasses: a default that is made anew each time is no Python."""
    *_, signature, returned = event
    return (signature and signature.replace("<factory>", "...")), returned


def repair(app: object, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Headings in the navigation get a level, parameters an element that may stand where they do."""
    navigation = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = navigation.replace('role="heading"', 'role="heading" aria-level="2"')
    if "body" in context:
        context["body"] = _PARAMETERS.sub(_spans, context["body"])


def _spans(found: re.Match[str]) -> str:
    inside = found[1].replace("<dd>", '<span class="parameter">').replace("</dd>", "</span>")
    return f'<span class="parameters">{inside}</span>'
