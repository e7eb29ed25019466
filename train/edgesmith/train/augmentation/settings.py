"""What may happen to a training image, and how strongly. Free of heavy imports: the command line is built from it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from edgesmith.runtime.errors import OptionError

# Where each knob ends, from 0. Half a turn of rotation is every angle. Keras takes alphas above 0 and up to 1.
LIMITS: dict[str, float] = {
    "rotation": 180.0,
    "width_shift": 0.5,
    "height_shift": 0.5,
    "shear": 45.0,
    "zoom": 0.9,
    "brightness": 1.0,
    "contrast": 1.0,
    "rand_augment": 10.0,
    "mixup": 1.0,
    "cutmix": 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """Each knob is the largest change; every image of every epoch draws its own up to it, in both directions.

    `rotation`, `shear`: degrees, 0..180 and 0..45. `width_shift`, `height_shift`: shares of the width and of the
    height, 0..0.5. `zoom`: 0..0.9; 0.2 shows a window of 0.8 to 1.2 times the picture's sides.
    `horizontal_flip`: mirrors every second image. `brightness`: 0..1, share of 255 that is added or taken.
    `contrast`: 0..1; 0.2 multiplies the distance from the mean colour by 0.8 to 1.2. `rand_augment`: magnitude
    0..10 of two more changes, drawn from eleven. `mixup`, `cutmix`: alpha, above 0 and up to 1; where both are
    given, each batch draws one of them. What comes in from outside repeats the nearest edge pixel.
    Raises `OptionError` for a value outside its range.
    """

    rotation: float = 0.0
    width_shift: float = 0.0
    height_shift: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0
    horizontal_flip: bool = False
    brightness: float = 0.0
    contrast: float = 0.0
    rand_augment: float | None = None
    mixup: float | None = None
    cutmix: float | None = None

    def __post_init__(self) -> None:
        for name, limit in LIMITS.items():
            value = getattr(self, name)
            if value is None:
                continue
            open_end = name in ("mixup", "cutmix")
            # Written so that NaN is outside.
            if not (0 <= value <= limit) or (open_end and value == 0):
                raise OptionError(
                    f"{value:g} as {name.replace('_', ' ')} is outside {'above 0 to' if open_end else '0 to'} {limit:g}",
                    tip=f"--{name.replace('_', '-')} within that; docs/augmentation.md says what each does",
                )

    @property
    def resamples(self) -> bool:
        """Whether a knob is set that reads between pixels."""
        return any((self.rotation, self.width_shift, self.height_shift, self.shear, self.zoom))

    @property
    def mixes_images(self) -> bool:
        """Whether labels become shares of two classes."""
        return self.mixup is not None or self.cutmix is not None

    def to_json(self) -> dict[str, Any]:
        """As `run.json` keeps it; `edgesmith.runtime.strict.from_json(Augmentation, ...)` reads it."""
        return asdict(self)


PresetName = Literal["none", "photos", "symbols"]
PRESET_NAMES: tuple[PresetName, ...] = get_args(PresetName)

# What a photographer varies without a thought: a little tilt, framing, distance and light.
PHOTOS = Augmentation(
    rotation=15, width_shift=0.1, height_shift=0.1, shear=5, zoom=0.15, horizontal_flip=True, brightness=0.1, contrast=0.2
)  # fmt: skip
# Digits, letters, hand and traffic signs: a mirrored one is another one or none, and a 6 that turns is a 9.
SYMBOLS = Augmentation(rotation=10, width_shift=0.1, height_shift=0.1, shear=5, zoom=0.1)

PRESETS: dict[PresetName, Augmentation] = {"none": Augmentation(), "photos": PHOTOS, "symbols": SYMBOLS}
