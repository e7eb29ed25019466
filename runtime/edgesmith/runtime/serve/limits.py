"""What one request may ask of the server, and how many may wait."""

from dataclasses import dataclass

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.images import MAX_PIXELS


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeLimits:
    """`waiting`: requests that wait for a worker, beyond those that are worked on; one more is refused with 429.

    `body_bytes`: of a request. `pixels`: of a picture, width times height; a transparent PNG of the default takes
    0.3 GB while it is read. `seconds`: from the request's acceptance to its answer; later is refused with 503.
    """

    waiting: int = 64
    body_bytes: int = 20 * 1024 * 1024
    pixels: int = 25_000_000
    seconds: float = 30.0

    def __post_init__(self) -> None:
        for option, value, most in (
            ("--waiting", self.waiting, 10_000),
            ("--max-megabytes", self.body_bytes, 1024**3),
            ("--max-megapixels", self.pixels, MAX_PIXELS),
            ("--request-seconds", self.seconds, 3600),
        ):
            if not 0 < value <= most:
                raise OptionError(
                    f"{option} stands for {value:g}; above 0, at most {most} is allowed",
                    tip="leave it out for the default",
                )


DEFAULT_LIMITS = ServeLimits()
