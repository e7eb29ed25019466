"""What is asked of int8."""

from dataclasses import dataclass

from edgesmith.runtime.errors import OptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """At most `max_drop` points of top-1 below float on labelled images, or at least `min_agreement` percent
    of images with float's best class, which needs no labels. Exactly one of them; 0..100, else `OptionError`.
    """

    max_drop: float | None = None
    min_agreement: float | None = None

    def __post_init__(self) -> None:
        given = [
            (name, value)
            for name, value in (("--max-drop", self.max_drop), ("--min-agreement", self.min_agreement))
            if value is not None
        ]
        if len(given) != 1:
            raise OptionError(
                "one of --max-drop and --min-agreement is needed, not both", tip="leave one of them out"
            )
        name, value = given[0]
        if not 0 <= value <= 100:
            raise OptionError(
                f"{name} {value:g}; a number from 0 to 100 is needed",
                tip="--max-drop 0.5 or --min-agreement 98, for instance",
            )

    @property
    def needs_labels(self) -> bool:
        """Whether it can only be judged on labelled images."""
        return self.max_drop is not None

    def __str__(self) -> str:
        if self.max_drop is not None:
            return f"at most {self.max_drop:g} points below float"
        return f"at least {self.min_agreement:g} % agreement with float"
