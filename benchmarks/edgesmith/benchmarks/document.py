"""JSON that stays readable with ten thousand samples in it: objects over many lines, plain lists on one."""

import json
from typing import Any


def to_text(value: Any, *, indent: str = "") -> str:
    """`value` as JSON. Raises `ValueError` for NaN and infinities."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        entries = (f"{inner}{_plain(str(key))}: {to_text(item, indent=inner)}" for key, item in value.items())
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and any(isinstance(item, dict) for item in value):
        items = (inner + to_text(item, indent=inner) for item in value)
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    return _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
