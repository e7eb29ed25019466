"""What an int8 file shows to the outside."""

from typing import Literal, get_args

BoundaryType = Literal["uint8", "int8", "float"]
"""The type of an int8 file's input and output tensor."""

BOUNDARY_TYPES: tuple[BoundaryType, ...] = get_args(BoundaryType)
