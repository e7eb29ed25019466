"""The packages that the runtime itself imports, and what to say where one is missing.

Not part of `edgesmith.runtime`, of which nothing can be imported without them.
"""

# As in pyproject.toml: the versions of 32-bit Raspberry Pi OS (bookworm), the oldest that are tested.
FLOORS = {"numpy": (1, 24), "Pillow": (9, 4)}
_PACKAGES = {"numpy": "numpy", "PIL": "Pillow"}  # by module


def install_advice(package: str, floor: tuple[int, int]) -> str:
    """The command that installs it. Quoted: `>` would write to a file."""
    return f"pip install '{package}>={floor[0]}.{floor[1]}'"


def missing_package(error: BaseException) -> str | None:
    """The package for want of which an import failed, numpy or Pillow; None for any other error."""
    if not isinstance(error, ModuleNotFoundError):
        return None
    return _PACKAGES.get((error.name or "").partition(".")[0])
