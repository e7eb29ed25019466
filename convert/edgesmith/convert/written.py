"""A model file of DEPLOY, before it is measured."""

from dataclasses import dataclass

from edgesmith.convert.plan import WritablePrecision
from edgesmith.runtime.spec import ModelFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """`path`: name inside DEPLOY. `seconds`: what making it took."""

    path: str
    format: ModelFormat
    precision: WritablePrecision
    seconds: float
