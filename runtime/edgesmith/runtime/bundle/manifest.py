"""What a bundle holds, beside the code: the content of its `bundle.json`."""

from dataclasses import dataclass
from typing import Literal

from edgesmith.runtime.spec import ModelFormat, Precision

SCHEMA: Literal["edgesmith.bundle/1"] = "edgesmith.bundle/1"
MANIFEST_NAME = "bundle.json"
MODEL_FOLDER = "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledModel:
    """A model file below `models/`."""

    file: str
    format: ModelFormat
    precision: Precision
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`edgesmith`: the version of the code inside. `models`: at most one a format, the same network."""

    edgesmith: str
    name: str
    models: tuple[BundledModel, ...]
    schema: Literal["edgesmith.bundle/1"] = SCHEMA
