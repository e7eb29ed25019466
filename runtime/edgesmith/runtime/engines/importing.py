"""Engines that are installed, and yet cannot be imported."""

from collections.abc import Iterator
from contextlib import contextmanager

from edgesmith.runtime.errors import EngineError


def reinstall_tip(package: str) -> str:
    """How to mend the package of an engine."""
    # Its last release, 2.14, was built for numpy 1, and fails at import with numpy 2.
    numpy = " 'numpy<2'" if package == "tflite-runtime" else ""
    return f"install it again: pip install --force-reinstall {package}{numpy}"


@contextmanager
def importing(package: str) -> Iterator[None]:
    """Turn what an import inside the block fails with into `EngineError`.

    A library that is missing or fits another Python or numpy gives `ImportError`; half a package, or numpy's
    absent `_ARRAY_API`, gives `AttributeError`.
    """
    try:
        yield
    except (ImportError, AttributeError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise EngineError(
            f"{package} is installed but cannot be imported: {reason}", tip=reinstall_tip(package)
        ) from error
