"""What a `bench.json` says of a visit in a browser beside what it says of any measurement."""

from dataclasses import dataclass
from typing import Literal

GoldenState = Literal["identical", "within", "different", "not checked"]

BROWSER = "browser (WASM)"
"""How rows of this kind are labelled, wherever rows are shown."""

CAVEAT = (
    "Measured in a browser, in WebAssembly: these are NOT the times that the same files take in a native runtime on "
    "this device, neither one by one nor as ratios of each other. Compare them with browser rows only."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenCheck:
    """`max_abs_difference`: over the golden outputs, in output units; None where they are no numbers or not checked.

    `allowed`: 0 for int8, else the tolerance stored in the file.
    """

    state: GoldenState
    max_abs_difference: float | None
    allowed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserRun:
    """What is told of one run. `build`: of the engine, as loaded. `threads_asked`: what was asked for; the run has what it got.

    `hidden_samples`: taken while the page was hidden, and dropped. `missing_samples`: how many the plan asks for more.
    """

    build: str
    threads_asked: int
    golden: GoldenCheck
    download_ms: float
    hidden_samples: int
    missing_samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserVisit:
    """A phone and its browser, as they told it. None, and "" of the user agent, stand for what they did not tell.

    `phone`: the name that its owner gave it. `phone_model`, `platform`: from User-Agent Client Hints. `cores`:
    navigator.hardwareConcurrency, in WebKit 4 or 8 whatever there is. `viewport`: width and height in CSS pixels.
    `loads`: how often the page was loaded. `hidden`: how often it was hidden. `sequential`: models were loaded one
    after the other. `pictures`: how many real images were inferred on. `lost_events`: sent, and never arrived.
    `wrong`: int8 files whose golden answers were not equal, and which are no runs therefore. `done`: the page finished. `missing`: what the plan asks for and is not there, in sentences.
    """

    phone: str
    phone_model: str | None
    platform: str | None
    user_agent: str
    page_version: str
    cores: int
    isolated: bool
    shared_array_buffer: bool
    timer_tick_ms: float
    wake_lock: bool
    viewport: tuple[int, ...]
    pixel_ratio: float
    sequential: bool
    loads: int
    hidden: int
    pictures: int
    lost_events: int
    wrong: tuple[str, ...]
    done: bool
    missing: tuple[str, ...]
