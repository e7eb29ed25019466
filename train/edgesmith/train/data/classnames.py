"""From labels to names of class folders."""

from collections.abc import Iterable, Sequence

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.spec import is_plain_text

# The longest file name of common file systems (POSIX NAME_MAX on Linux), in bytes.
_NAME_MAX = 255


def numbered_classes(numbers: Iterable[int]) -> dict[int, str]:
    """A name for each class number: the number, with zeros before it so that sorted names are in its order."""
    distinct = sorted(set(numbers))
    width = len(str(distinct[-1])) if distinct else 1
    return {number: f"{number:0{width}}" for number in distinct}


def folder_name(label: str, where: str) -> str:
    """`label` as the name of a folder: `/` becomes `_` (Fashion-MNIST has a class T-shirt/top).

    Raises `DataError` for a label that no folder may have, or that would hide it.
    """
    name = label.replace("/", "_")
    problem = None
    if not name.strip():
        problem = "is empty"
    elif not is_plain_text(name):
        problem = "has control characters or is no text"
    elif name.startswith("."):
        problem = "begins with a dot, which would hide its folder"
    elif len(name.encode()) > _NAME_MAX:
        problem = f"has {len(name.encode())} bytes; {_NAME_MAX} are allowed"
    if problem:
        raise DataError(f"the label {label!r} of {where} {problem}", tip="give the class another name")
    return name


def folder_names(labels: Sequence[str], where: str) -> list[str]:
    """`folder_name` of each label. Raises `DataError`, too, when two labels would share a folder."""
    names = [folder_name(label, where) for label in labels]
    owner: dict[str, str] = {}
    for label, name in zip(labels, names, strict=True):
        if name in owner:
            raise DataError(
                f"the labels {owner[name]!r} and {label!r} of {where} would be one class, {name!r}",
                tip="each class needs a name of its own",
            )
        owner[name] = label
    return names
