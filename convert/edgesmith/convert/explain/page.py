"""`explain.html`: one self-contained page with every picture inside, no script and nothing from elsewhere."""

import base64
from dataclasses import dataclass
from pathlib import Path

from edgesmith.convert.explain.result import Explanation, ImageRecord, LayerNoise
from edgesmith.convert.web.environment import page_environment

PAGE = "explain.html"

# Pictures of activations inside the page: some 4 MB an image. Those of further images stay files.
_ACTIVATIONS_SHOWN = 3

# Scale of the bars in the comparison: 8 ideal bits over the full range reach about 50 dB.
_BEST_DECIBELS = 50.0
_LOUD_NOISE = 15.0  # below, the error is more than a sixth of the signal


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeadLayer:
    """A layer and how many of its channels are dead on every picture."""

    name: str
    dead: int
    channels: int
    sparsity: float


def render_page(explanation: Explanation, folder: Path) -> str:
    """The page for pictures that lie in `folder`."""
    environment = page_environment(Path(__file__).parent / "templates")
    environment.filters["percent"] = _percent
    environment.filters["basename"] = lambda path: Path(path).name
    return environment.get_template("explain.html.jinja").render(
        explanation=explanation,
        verdict=verdict(explanation),
        heading=_heading(explanation),
        dead_layers=_dead_layers(explanation.images),
        activations_shown=_ACTIVATIONS_SHOWN,
        best_decibels=_BEST_DECIBELS,
        loud_noise=_LOUD_NOISE,
        embed=lambda png: _data_uri(folder / png),
    )


def _heading(explanation: Explanation) -> str:
    if explanation.comparison is not None:
        first, second = (Path(file).name for file in explanation.comparison.files)
        return f"{first} against {second}"
    mistaken = explanation.headline is not None
    return (
        f"{'The worst mistakes of' if mistaken else 'What'} {explanation.title}{'' if mistaken else ' sees'}"
    )


def verdict(explanation: Explanation) -> list[str]:
    """What the page says, in a few sentences."""
    lines = [] if explanation.headline is None else [explanation.headline]
    lines += [
        f"{Path(image.file).name}: {image.top[0].label} with {_percent(image.top[0].score)}"
        + (f", but it is {image.truth}" if image.truth is not None else "")
        for image in explanation.images[:5]
    ]
    if len(explanation.images) > 5:
        lines.append(f"and {len(explanation.images) - 5} more images")
    dead = [layer for layer in _dead_layers(explanation.images) if layer.dead]
    if dead:
        worst = max(dead, key=lambda layer: layer.dead / layer.channels)
        lines.append(
            f"{len(dead)} layers have channels that say nothing on "
            f"{'this image' if len(explanation.images) == 1 else 'any of the images'}; most in {worst.name},"
            f" {worst.dead} of {worst.channels}"
        )
    return lines + _comparison_verdict(explanation)


def _comparison_verdict(explanation: Explanation) -> list[str]:
    comparison = explanation.comparison
    if comparison is None:
        return []
    measured = [layer for layer in comparison.layers if layer.decibels is not None]
    lines = []
    known = [image for image in comparison.images if image.moved is not None]
    moved = sum(bool(image.moved) for image in known)
    if known and moved:
        lines.append(f"The heat map moved on {moved} of {len(known)} images")
    elif known:
        lines.append(
            "The heat map stayed where it was"
            + ("" if len(known) == 1 else f" on all of the {len(known)} images")
        )
    measured = [layer for layer in comparison.layers if layer.decibels is not None]
    if measured:
        worst = min(measured, key=_loudness)
        lines.append(
            f"The activations differ most in {worst.operator} {worst.name} (operator {worst.first}):"
            f" {_loudness(worst):.1f} dB signal to noise"
        )
    lines.append(f"{len(comparison.layers)} layers belong together and were compared")
    return lines


def _loudness(layer: LayerNoise) -> float:
    return float("inf") if layer.decibels is None else layer.decibels


def _dead_layers(images: tuple[ImageRecord, ...]) -> list[_DeadLayer]:
    """Each layer over all images: channels dead on every one, and the mean sparsity."""
    rows = []
    for place, layer in enumerate(images[0].layers if images else ()):
        everywhere = set.intersection(*(set(image.layers[place].dead) for image in images))
        sparsity = sum(image.layers[place].sparsity for image in images) / len(images)
        rows.append(
            _DeadLayer(name=layer.name, dead=len(everywhere), channels=layer.shape[2], sparsity=sparsity)
        )
    return rows


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _data_uri(png: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(png.read_bytes()).decode()}"
