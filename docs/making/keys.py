"""Write docs/formats-keys.md: every key of every document, from docs/schemas.

    python docs/making/keys.py

`tests/formats/test_keys.py` compares what is there with what this would write.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1]
PAGE, SCHEMAS, SHARED = DOCS / "formats-keys.md", DOCS / "schemas", "objects.schema.json"

_HEAD = """# Keys of the documents

Written from the JSON Schemas (draft 2020-12) in `docs/schemas/`, which say the same to programs; what files they stand in and how they may change is told in
[Formats](formats.md). A key that is *optional* may be absent, as in files of older versions; `null` is said where it is
allowed. Shares are 0 to 1, times are milliseconds or seconds as the key says, sizes are bytes.
"""


def page() -> str:
    """The whole page: documents by name, then the objects that several have in common."""
    files = sorted(SCHEMAS.glob("*.json"), key=lambda file: (file.name == SHARED, file.name))
    return "\n".join([_HEAD, *(line for file in files for line in _section(json.loads(file.read_text())))])


def _section(schema: dict[str, Any]) -> Iterator[str]:
    title = schema["title"]
    yield f"## {'Objects in common' if title.startswith('edgesmith:') else title}\n"
    for name, definition in schema["$defs"].items():
        yield f"### {name}\n"
        if "description" in definition:
            yield f"{_prose(definition['description'])}\n"
        if "enum" in definition:
            yield f"{_type(definition)}\n"
        for variant in definition.get("oneOf", [definition]):
            yield from _table(variant)


def _table(definition: dict[str, Any]) -> Iterator[str]:
    if "properties" not in definition:
        return
    yield "| key | type | |\n|---|---|---|"
    for key, value in definition["properties"].items():
        absent = "" if key in definition.get("required", ()) else "*optional.* "
        yield f"| `{key}` | {_type(value)} | {absent}{_prose(value.get('description', ''))} |"
    yield ""


def _type(schema: dict[str, Any]) -> str:
    """`number 0..1`, `list of Block`, `string or null`."""
    if "$ref" in schema:
        return _named(schema["$ref"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(map(_type, schema.get("anyOf") or schema["oneOf"]))
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_plain(kind, schema) for kind in kinds)


def _plain(kind: str, schema: dict[str, Any]) -> str:
    if kind == "array":
        if "prefixItems" in schema:
            return f"list: {', '.join(map(_type, schema['prefixItems']))}"
        least = f", at least {schema['minItems']}" if "minItems" in schema else ""
        return f"list of {_type(schema['items'])}{least}"
    if kind == "object":
        free = schema.get("additionalProperties")
        return f"object: name to {_type(free)}" if free else f"object: {', '.join(schema['properties'])}"
    if kind in ("number", "integer"):
        return " ".join(filter(None, [kind, _range(schema)]))
    return "SHA-256, hexadecimal" if kind == "string" and "pattern" in schema else kind


def _range(schema: dict[str, Any]) -> str:
    least, above, most = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if most is not None:
        return (
            f"at most {most}"
            if least is above is None
            else f"{least if above is None else f'above {above}'} to {most}"
        )
    return f"≥ {least}" if least is not None else f"> {above}" if above is not None else ""


def _named(reference: str) -> str:
    """The name of what a reference leads to, with the document it is in where that is another one."""
    file, _, place = reference.partition("#")
    document = "" if file in ("", SHARED) else "edgesmith." + file.removesuffix("-1.schema.json") + "/1"
    name = place.removeprefix("/$defs/").replace("/properties/", ".")
    return " ".join(filter(None, [name, f"of {document}" if name and document else document]))


def _prose(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<").replace("*", "\\*").replace("[", "\\[")


if __name__ == "__main__":
    PAGE.write_text(page())
