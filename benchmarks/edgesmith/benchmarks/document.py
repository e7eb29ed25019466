"""JSON that stays readable with ten thousand samples in it: objects over many lines, plain lists on one."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from edgesmith.runtime.errors import DataError, ModelFileError
from edgesmith.runtime.strict import from_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


def schema_of(file: Path) -> str | None:
    """What the JSON document in `file` says it is. Raises `DataError` when it cannot be read or is no JSON."""
    document = _parsed(file)
    schema = document.get("schema") if isinstance(document, dict) else None
    return schema if isinstance(schema, str) else None


def document_text(result: "DataclassInstance") -> str:
    """The text of a result's file, its field `schema` first. Raises `ValueError` as `to_text` does."""
    fields = dataclasses.asdict(result)
    return to_text({"schema": fields.pop("schema"), **fields}) + "\n"


def load_document(kind: type[T], file: Path, *, schema: str) -> T:
    """Read a document that `edgesmith bench` wrote as the dataclass `kind`.

    Raises `DataError` for a file that is missing, of another `schema`, or whose numbers do not follow from each other.
    """
    document = _parsed(file)
    found = document.get("schema") if isinstance(document, dict) else None
    if found != schema:
        raise DataError(
            f"{str(file)!r} has schema {found!r}; this version reads {schema!r}",
            tip="run `edgesmith bench` again, or install the edgesmith that wrote it",
        )
    try:
        return from_json(kind, document, where=file.name)
    except ModelFileError as error:
        raise DataError(str(error), tip="it was edited or cut; run `edgesmith bench` again") from error


def _parsed(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise DataError(
            f"{str(file)!r} cannot be read: {error.strerror or error}",
            tip="`edgesmith bench` writes it; name that file, or its folder",
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{str(file)!r} is not JSON: {error}", tip="it was edited or cut; run `edgesmith bench` again"
        ) from error


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
