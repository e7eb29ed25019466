"""A model file of DEPLOY, before it is measured."""

from dataclasses import dataclass

from edgesmith.runtime.spec import ModelFormat, Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """`path`: name inside DEPLOY. `seconds`: what making it took."""

    path: str
    format: ModelFormat
    precision: Precision
    seconds: float
