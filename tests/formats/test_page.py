"""docs/formats.md names every document, and its numbers are the code's."""

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.modelfile import MAX_SPEC_BYTES, METADATA_PROPS, SPEC_NAME
from edgesmith.runtime.spec import InputSpec
from edgesmith.runtime.ziptail import MAX_ENTRIES

OLD = Path(__file__).parent / "old"
PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()


@pytest.mark.parametrize("side", [8, 224])
def test_check_values_of_the_golden_inputs(side: int) -> None:
    pictures = golden_inputs(InputSpec(height=side, width=side, channels=3))
    assert hashlib.sha256(pictures.tobytes()).hexdigest() in PAGE


def test_limits_and_numbers() -> None:
    assert f"{MAX_ENTRIES} entries and an `{SPEC_NAME}` of less than {(MAX_SPEC_BYTES + 1) >> 20} MiB" in PAGE
    assert f"field {METADATA_PROPS} of `ModelProto`" in PAGE


def test_the_tail_is_as_drawn() -> None:
    with zipfile.ZipFile(OLD / "1" / "deploy" / "run-int8.tflite") as tail:
        assert [entry.filename for entry in tail.infolist()] == ["edgesmith.json", "labels.txt"]
        assert {(entry.compress_type, entry.date_time[0]) for entry in tail.infolist()} == {
            (zipfile.ZIP_STORED, 1980)
        }
        assert tail.read("labels.txt") == b"blue\ngreen\nred\n"


def test_every_document_that_is_a_file_is_named(schemas: dict[str, dict[str, Any]]) -> None:
    for document in ("model", "run", "convert", "bench", "counts", "benchmark-model", "explain", "bundle"):
        assert f"{document}-1.schema.json" in schemas
        assert f"`edgesmith.{document}/1`" in PAGE
