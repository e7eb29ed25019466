"""What a phone's events add up to: loads of the page, and what each variant got in them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edgesmith.benchmarks.browser.events import AnyEvent, Failed, Golden, Hello, Loaded, Mark, Turn, Warmup

Key = tuple[int, int]  # the model's index and the number of threads obtained


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTurn:
    """A block and where it belongs: the number of the load of the page, from 0, and seconds by the phone's clock."""

    load: int
    begin_s: float
    turn: Turn


@dataclass(slots=True, kw_only=True)
class VisitedVariant:
    """What was posted of one model with one number of threads. `loads`, `warmups`: with the load of the page."""

    loads: list[tuple[int, Loaded]] = field(default_factory=list)
    goldens: list[Golden] = field(default_factory=list)
    warmups: list[tuple[int, Warmup]] = field(default_factory=list)
    turns: list[PlacedTurn] = field(default_factory=list)

    @property
    def visible(self) -> list[PlacedTurn]:
        """The blocks that count: while the page was in front, in the order of time."""
        return [placed for placed in self.turns if not placed.turn.hidden and placed.turn.samples_ms]

    @property
    def hidden_samples(self) -> int:
        """How many samples do not count."""
        return sum(len(placed.turn.samples_ms) for placed in self.turns if placed.turn.hidden)


@dataclass(slots=True, kw_only=True)
class Visit:
    """`hellos`: one a load of the page; [] where the first was lost. `hidden`: how often the page was hidden."""

    hellos: list[Hello] = field(default_factory=list)
    variants: dict[Key, VisitedVariant] = field(default_factory=dict)
    failures: list[Failed] = field(default_factory=list)
    hidden: int = 0

    def variant(self, model: int, threads: int) -> VisitedVariant:
        """That variant, made when it is new."""
        return self.variants.setdefault((model, threads), VisitedVariant())


def add_up(events: Iterable[AnyEvent]) -> Visit:
    """From events in order."""
    visit = Visit()
    for event in events:
        load = max(0, len(visit.hellos) - 1)
        match event:
            case Hello():
                visit.hellos.append(event)
            case Loaded():
                visit.variant(event.model, event.threads).loads.append((load, event))
            case Golden():
                visit.variant(event.model, event.threads).goldens.append(event)
            case Warmup():
                visit.variant(event.model, event.threads).warmups.append((load, event))
            case Turn():
                origin_ms = visit.hellos[-1].time_origin_ms if visit.hellos else 0.0
                placed = PlacedTurn(load=load, begin_s=(origin_ms + event.begin_ms) / 1000, turn=event)
                visit.variant(event.model, event.threads).turns.append(placed)
            case Failed():
                visit.failures.append(event)
            case Mark():
                visit.hidden += event.type == "hidden"
    return visit
