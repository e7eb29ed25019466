from typing import Any

from making.accessible import repair, without_factories


def repaired(**context: Any) -> dict[str, Any]:
    repair(None, "page", "page.html", context, None)
    return context


def test_headings_of_the_navigation_have_a_level() -> None:
    tree = repaired(furo_navigation_tree='<p role="heading">Begin</p>')["furo_navigation_tree"]
    assert tree == '<p role="heading" aria-level="2">Begin</p>'


def test_parameters_are_no_list_of_definitions() -> None:
    body = "<dt>f(<dl>\n<dd><em>a</em>,</dd>\n<dd><em>b</em>,</dd>\n</dl>\n)</dt>"
    assert repaired(body=body)["body"] == (
        '<dt>f(<span class="parameters"><span class="parameter"><em>a</em>,</span>\n'
        '<span class="parameter"><em>b</em>,</span>\n</span>\n)</dt>'
    )


def test_definitions_stay_what_they_are() -> None:
    body = "<dl>\n<dt>a</dt><dd>b</dd>\n</dl>"
    assert repaired(body=body)["body"] == body


def test_a_default_that_is_made_anew_can_be_read() -> None:
    event: tuple[Any, ...] = (None, "class", "Plan", object, {})
    assert without_factories(*event, "(a=<factory>)", None) == ("(a=...)", None)
    assert without_factories(*event, None, None) == (None, None)
