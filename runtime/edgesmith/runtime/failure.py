"""An error that crosses from one process to another as JSON."""

from dataclasses import dataclass

from edgesmith.runtime import errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An `EdgesmithError`: the name of its class, its message, its tip and its details."""

    kind: str
    message: str
    tip: str | None
    details: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: errors.EdgesmithError) -> "Failure":
        """What is told of `error`."""
        return cls(kind=type(error).__name__, message=error.message, tip=error.tip, details=error.details)

    def revive(self, subject: str) -> errors.EdgesmithError:
        """The error again; `EngineError` for an unknown kind. Its message names `subject`."""
        kind = getattr(errors, self.kind, None)
        base: type[errors.EdgesmithError] = errors.EngineError
        # MissingExtraError makes its own message out of other arguments.
        if (
            isinstance(kind, type)
            and issubclass(kind, errors.EdgesmithError)
            and kind is not errors.MissingExtraError
        ):
            base = kind
        message = self.message if subject in self.message else f"{subject}: {self.message}"
        return base(message, tip=self.tip, details=self.details)
