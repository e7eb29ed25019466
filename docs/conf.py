"""Sphinx's settings for the manual. `make docs` builds it, without a network, into build/docs."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "edgesmith"
version = release = version_of("edgesmith")
html_title = f"edgesmith {version}"
html_show_copyright = False

extensions = ["myst_parser", "sphinx.ext.autodoc", "making.accessible"]
exclude_patterns = ["making"]

# Documents are Markdown that GitHub shows as well; headings are link targets, as there.
myst_heading_anchors = 4
highlight_language = "text"
smartquotes = False  # `--json` stays what is typed

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["manual.css"]
html_js_files = ["manual.js"]
html_copy_source = False
html_show_search_summary = False  # its script fetches pages, which a browser forbids for files
# A style's own light background is as white as the page.
html_theme_options = {"light_css_variables": {"color-code-background": "#f3f4f6"}}
# Both pass 4.5 : 1 on Furo's code background (axe-core, tests/manual/test_browser.py).
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# The API is read from the modules themselves; what takes seconds to import and adds nothing to them stays away.
autodoc_mock_imports = ["ai_edge_litert", "jax", "keras", "tensorflow", "tf2onnx"]
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autoclass_content = "both"  # a class by its own docstring and that of its constructor
python_maximum_signature_line_length = 80
default_role = "code"  # in docstrings: `name`, as in Markdown

nitpicky = True
# Without a network there is no inventory of Python's, numpy's or Pillow's own names to link to.
nitpick_ignore_regex = [("py:.*", r"(?!edgesmith\.).*")]
# Parameters for edgesmith's own commands.
nitpick_ignore = [
    ("py:class", "edgesmith.benchmarks.devices.device.Device"),
    ("py:class", "edgesmith.benchmarks.progress.Progress"),
    ("py:class", "edgesmith.train.progress.Progress"),
]
