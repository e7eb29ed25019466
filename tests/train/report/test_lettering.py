import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure

from edgesmith.train.report import lettering
from edgesmith.train.report.lettering import letter, new_figure, to_png


def drawn(name: str, families: tuple[str, ...]) -> bytes:
    with new_figure(lettering.Lettering(names=(name,), families=families), width=2, height=1) as figure:
        figure.text(0.1, 0.5, name)
        return to_png(figure)


@pytest.mark.parametrize("label", ["rose", "Käfer", "кошка", "γάτα", "a $ and a $"])
def test_label_is_drawn_as_it_is(label: str, caplog: pytest.LogCaptureFixture) -> None:
    found = letter([label], longest=20)

    assert found.names == (label,)
    drawn(label, found.families)
    assert not caplog.records  # where matplotlib reports a glyph that it lacks


def test_label_without_a_font_is_named_by_its_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])

    assert letter(["rose", "猫"], longest=20).names == ("rose", "class 1")


def test_fonts_that_are_installed_fill_in() -> None:
    # A watch, which of matplotlib's own fonts STIX alone has.
    found = letter(["⌚"], longest=20)

    assert found.names == ("⌚",)
    assert found.families[0] == "DejaVu Sans"
    assert len(found.families) == 2


def test_long_label_is_cut() -> None:
    assert letter(["abcdefghij"], longest=6).names == ("abcde…",)


def test_dollars_are_no_formula() -> None:
    figures = drawn("$x$", ("DejaVu Sans",)), drawn("x", ("DejaVu Sans",))

    assert figures[0] != figures[1]


def test_settings_of_matplotlib_are_left_as_they_were() -> None:
    before = Figure().text(0, 0, "a").get_parse_math()

    drawn("a", ("DejaVu Sans",))

    assert Figure().text(0, 0, "a").get_parse_math() is before is True
