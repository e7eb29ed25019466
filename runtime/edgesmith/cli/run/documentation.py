"""What each key of `edgesmith.toml` means: the help of the option that it stands for, or words of its own."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from edgesmith.cli.parts import action_of
from edgesmith.cli.run.settings import SECTIONS, Settings, key_of


def documentation(section: type[Any], name: str) -> str:
    """One line. Raises `KeyError` for what is no key of the section."""
    key = {one.name: key_of(one) for one in fields(section)}[name]
    if key is None:
        raise KeyError(name)
    if key.text is not None or key.option is None:
        return key.text or ""
    action = action_of(section.COMMAND, key.option)
    return (action.help or "").replace("%%", "%")


def key_table() -> Iterator[str]:
    """The lines of the tables in docs/run.md."""
    yield from _rows("top of the file", Settings)
    for name, section in SECTIONS.items():
        yield ""
        yield from _rows("`[[model]]`" if name == "model" else f"`[{name}]`", section)


def _rows(title: str, section: type[Any]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield (section.__doc__ or "").splitlines()[0]
    yield ""
    yield "| key | value | meaning |"
    yield "|---|---|---|"
    for one in fields(section):
        if key_of(one) is not None:
            text = documentation(section, one.name).replace("|", "\\|")
            yield f"| `{one.name}` | {_kind(section, one)} | {text} |"


def _kind(section: type[Any], one: Any) -> str:
    key = key_of(one)
    choices = action_of(section.COMMAND, key.option).choices if key is not None and key.option else None
    if choices is not None:
        listed = " ".join(f"`{choice}`" for choice in choices)
        return f"a list of {listed}" if "tuple" in str(one.type) else listed
    return _KINDS[str(one.type).removesuffix(" | None")]


_KINDS = {
    "<class 'str'>": "text",
    "<class 'int'>": "whole number",
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "`true` `false`",
    "str | float": "text or number",
    "tuple[str, ...]": "list of texts",
    "tuple[int, ...]": "list of whole numbers",
}
