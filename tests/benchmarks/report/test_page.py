import base64
import hashlib
import re

import pytest

from edgesmith.benchmarks.report.page import render_markdown_page


def test_the_policy_allows_this_very_style_and_script_and_nothing_else(page: str) -> None:
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert found is not None
    policy = found[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        text = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_names_may_break_where_their_parts_end(page: str) -> None:
    assert "network0-<wbr>int8<wbr>.tflite" in page


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        pytest.param("a|b", r"a\|b", id="table"),
        pytest.param("<script>", r"\<script>", id="markup"),
        pytest.param("![x](y)", r"!\[x\](y)", id="picture"),
        pytest.param("a\n# b", "a # b", id="lines"),
        pytest.param("`edgesmith inspect`", "`edgesmith inspect`", id="code"),
        pytest.param("v2_flowers", "v2_flowers", id="plain"),
    ],
)
def test_markdown_shows_names_as_they_are(title: str, shown: str) -> None:
    values = dict.fromkeys(
        ("verdict", "warnings", "headers", "rows", "failed", "charts", "environment", "method"), ()
    )
    text = render_markdown_page(
        "report.md.jinja",
        title=title,
        text_columns=(),
        caption="",
        int8=None,
        single_stream=None,
        command="",
        **values,
    )
    assert text.splitlines()[0] == f"# Benchmark: {shown}"


def test_a_command_stays_in_its_block_whatever_a_file_is_called() -> None:
    names = ("verdict", "warnings", "headers", "rows", "failed", "charts", "environment", "method")
    text = render_markdown_page(
        "report.md.jinja",
        title="a",
        text_columns=(),
        caption="",
        int8=None,
        single_stream=None,
        command="edgesmith bench 'a\r# b'",
        **dict.fromkeys(names, ()),
    )
    assert text.splitlines()[-1] == "    edgesmith bench 'a # b'"
