"""What can go wrong that the user can mend. `edgesmith.cli` turns these, and only these, into text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class EdgesmithError(Exception):
    """A problem with a remedy: the message gives the value and what was allowed, the tip what to do.

    `details`: lines that belong below the message, a list of what differs say; `str` gives both.
    """

    exit_code = 1

    def __init__(self, message: str, *, tip: str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__("\n".join([message, *(f"  {line}" for line in details)]))
        self.message, self.tip, self.details = message, tip, tuple(details)


class MissingExtraError(EdgesmithError):
    """A package of an optional extra is not installed."""

    def __init__(self, package: str, *, extra: str) -> None:
        super().__init__(
            f"the package {package!r} is not installed", tip=f"pip install 'edgesmith[{extra}]' brings it"
        )


class OptionError(EdgesmithError):
    """A value that an option does not take."""


class SettingError(EdgesmithError):
    """A file of settings that cannot be meant: wrong usage, as an option that does not exist is."""

    exit_code = 2


class DataError(EdgesmithError):
    """A folder, a list or a set of images that cannot serve its purpose."""


class ImageError(DataError):
    """One image that cannot be read."""


class ModelFileError(EdgesmithError):
    """A model file that is damaged, incomplete or not a classifier."""


class UnsupportedModelError(EdgesmithError):
    """A sound model with a part that edgesmith does not convert."""


class EngineError(EdgesmithError):
    """No engine for the file, or one that refused it."""


class DeviceError(EdgesmithError):
    """A device that cannot be reached, has gone, or lacks what it needs."""


class OutputError(EdgesmithError):
    """A place that cannot be written to, or holds something already."""


class GateError(EdgesmithError):
    """The work was done and its result is below what was asked for."""

    exit_code = 3


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Turn the absence of a third-party package, imported inside the block, into `MissingExtraError`.

    A missing module of edgesmith itself is a defect and passes through.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in {"", "edgesmith"}:
            raise
        raise MissingExtraError(package, extra=extra) from error
