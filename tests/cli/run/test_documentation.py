from dataclasses import fields
from typing import Any

import pytest
from making.settings import PAGE, with_tables

from edgesmith.cli.parts import parser_of
from edgesmith.cli.run.documentation import documentation
from edgesmith.cli.run.settings import SECTIONS, ModelSettings, Settings, key_of

ALL = {"": Settings, **SECTIONS}

# Decided by the file as a whole, by `run` itself, or of no use to it.
_NOT_SETTINGS = {
    "check": {"help", "data", "contact_sheet", "examples", "json"},
    "train": {"help", "data", "output", "config", "resume", "seed", "json", "preview_augmentation"}
    | {"distribute", "coordinator", "hosts", "host_index"},
    "convert": {"help", "model", "output", "labels", "mean", "std", "scale", "jobs", "seed", "json"},
    "bench": {"help", "models", "data", "output", "resume", "history", "seed", "json"}
    | {"host", "port", "phones", "minutes_waited"},  # of the browser: someone stands by
}


@pytest.mark.parametrize(
    ("section", "name"),
    [
        pytest.param(section, one.name, id=f"{name}.{one.name}")
        for name, section in ALL.items()
        for one in fields(section)
        if key_of(one) is not None
    ],
)
def test_every_key_is_explained_in_one_line(section: type[Any], name: str) -> None:
    text = documentation(section, name)
    assert text
    assert "\n" not in text


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
def test_every_option_of_a_part_is_a_key_or_is_left_out_on_purpose(section: Any) -> None:
    keys = {key.option for one in fields(section) if (key := key_of(one)) is not None}
    open_ones = {
        action.dest
        for action in parser_of(section.COMMAND)._actions
        if keys.isdisjoint(action.option_strings)
    }
    assert open_ones - _NOT_SETTINGS[section.COMMAND] == set()


def test_what_is_no_key_has_no_documentation() -> None:
    with pytest.raises(KeyError):
        documentation(ModelSettings, "convert")


def test_the_tables_of_the_document_are_those_of_today() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "run python docs/making/settings.py"
