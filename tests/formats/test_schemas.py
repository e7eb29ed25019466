"""The schemas themselves: valid, closed, and one for each document that the code writes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

REPOSITORY = Path(__file__).parents[2]
PARTS = ("runtime", "train", "convert", "benchmarks")

INTERNAL = {
    "edgesmith.bench-journal/1": "lines of a benchmark that may be broken off; read by the same version alone",
    "edgesmith.browser-config/1": "between the page and the server that shipped it; never a file",
    "edgesmith.data/1": "lies in the cache beside pictures that were written out; a changed writer writes anew",
    "edgesmith.hashes/1": "what `run` remembers of files' contents, to be quick; forgotten, it hashes them again",
    "edgesmith.hosts/1": "the greeting between the hosts of one training; never a file",
    "edgesmith.phone-journal/1": "what a page has sent so far; read by the same version alone",
    "edgesmith.phone-session/1": "a benchmark in browsers that may be broken off; read by the same version alone",
    "edgesmith.stage/1": "what `run` remembers of a stage; another version runs the stage again",
    "edgesmith.unfinished/1": "beside a checkpoint; another version starts from the beginning",
}

Schemas = dict[str, dict[str, Any]]


def _objects(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema that describes an object, with where it stands."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from _objects(item, f"{place}/{index}")
    elif isinstance(schema, dict):
        if schema.get("type") == "object":
            yield place, schema
        for key, item in schema.items():
            yield from _objects(item, f"{place}/{key}")


def test_each_is_a_schema_of_draft_2020_12(schemas: Schemas) -> None:
    assert len(schemas) > 15
    for schema in schemas.values():
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(schema)


def test_no_object_takes_unknown_keys(schemas: Schemas) -> None:
    """Keys are listed and no others allowed, or they are free (names of packages) and their values are not."""
    for name, schema in schemas.items():
        for place, found in _objects(schema):
            extra = found.get("additionalProperties")
            assert extra is False if "properties" in found else isinstance(extra, dict), f"{name}#{place}"


def test_required_keys_exist(schemas: Schemas) -> None:
    for name, schema in schemas.items():
        for place, found in _objects(schema):
            assert set(found.get("required", ())) <= set(found.get("properties", ())), f"{name}#{place}"


def test_each_document_of_the_code_has_one(schemas: Schemas) -> None:
    source = (file.read_text() for part in PARTS for file in (REPOSITORY / part / "edgesmith").rglob("*.py"))
    written = {
        f"edgesmith.{name}" for text in source for name in re.findall(r'"edgesmith\.([a-z-]+/\d+)"', text)
    }
    described = {schema["title"] for name, schema in schemas.items() if name != "objects.schema.json"}

    assert written - set(INTERNAL) == described
    assert set(INTERNAL) <= written, "no longer written: take it out of INTERNAL"


@pytest.mark.parametrize("change", ["a key more", "a key less", "another type", "another version"])
def test_a_document_that_is_wrong_is_found(change: str, conforms: Any) -> None:
    from jsonschema import ValidationError

    document: dict[str, Any] = {"schema": "edgesmith.doctor/1", "fit": True, "findings": []}
    conforms(document)
    if change == "a key more":
        document["more"] = 1
    elif change == "a key less":
        del document["fit"]
    elif change == "another type":
        document["fit"] = "yes"
    else:
        document["schema"] = "edgesmith.doctor/2"
    with pytest.raises((ValidationError, AssertionError)):
        conforms(document)
