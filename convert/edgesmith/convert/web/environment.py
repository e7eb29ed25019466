"""Jinja, set up for pages that are one file, with nothing from elsewhere and every value escaped."""

from pathlib import Path

import jinja2


def page_environment(templates: Path) -> jinja2.Environment:
    """Templates of `templates`, which may include `page.css`; a name that is not there is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates, Path(__file__).parent / "templates"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
