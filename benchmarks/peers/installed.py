"""What a package and all that it needs take on the disk of this environment.

    python benchmarks/peers/installed.py ai-edge-litert Pillow

Prints one JSON document: `versions` by package and `bytes` of all their files together, what they need included, each
package once; pip's bytecode counts where it is. `missing`: those of the packages named that are not installed.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def main() -> int:
    """Print what is installed of the packages named."""
    print(json.dumps(installed(sys.argv[1:])))
    return 0


def installed(names: Sequence[str]) -> dict[str, Any]:
    """The document, as above."""
    found: dict[str, Distribution] = {}
    missing: list[str] = []
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        waiting += _needs(found[name])
    wanted = {canonicalize_name(name): name for name in names}
    return {
        "versions": {wanted[name]: found[name].version for name in wanted if name in found},
        "bytes": sum(size for each in found.values() for size in _sizes(each)),
        "missing": [wanted[name] for name in wanted if name in missing],
    }


def _needs(found: Distribution) -> Iterator[str]:
    """What it requires here, without extras."""
    for line in found.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name


def _sizes(found: Distribution) -> Iterator[int]:
    for entry in found.files or ():
        file = Path(str(entry.locate()))
        if file.is_file():
            yield file.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
