"""For the tests of every part: documents are what docs/schemas says they are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"

Conforms = Callable[[Any], None]


@pytest.fixture(scope="session")
def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas by file name."""
    return {file.name: json.loads(file.read_text()) for file in sorted(SCHEMAS.glob("*.json"))}


@pytest.fixture(scope="session")
def conforms(schemas: dict[str, dict[str, Any]]) -> Conforms:
    """Raises `jsonschema.ValidationError` for a document that is not what its key `schema` promises.

    The document goes through JSON first, so that tuples are lists and NaN is refused.
    """
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    resources = [(name, DRAFT202012.create_resource(schema)) for name, schema in schemas.items()]
    registry: Registry[Any] = Registry().with_resources(resources)

    def check(document: Any) -> None:
        plain = json.loads(json.dumps(document, allow_nan=False))
        name = plain["schema"].removeprefix("edgesmith.").replace("/", "-") + ".schema.json"
        assert name in schemas, f"{plain['schema']} has no schema in {SCHEMAS}"
        Draft202012Validator({"$ref": name}, registry=registry).validate(plain)

    return check
