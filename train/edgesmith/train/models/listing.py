"""The networks as a table and as JSON. Free of heavy imports: the numbers stand in `zoo.reference`."""

from typing import Any

from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import Network
from edgesmith.train.zoo.reference import REFERENCES, Reference

SCHEMA = "edgesmith.models/1"

_TITLES = ("name", "parameters", "MACs", "input", "smallest", "outputs", "alphas", "weights")
_RIGHT = ("parameters", "MACs", "smallest", "outputs")


def to_json() -> dict[str, Any]:
    """The document of `edgesmith models --json`."""
    return {
        "schema": SCHEMA,
        "models": [_entry(NETWORKS[name], reference) for name, reference in REFERENCES.items()],
    }


def _entry(network: Network, reference: Reference) -> dict[str, Any]:
    return {
        "name": network.name,
        "parameters": reference.parameters,
        "macs": reference.macs,
        "outputs": reference.outputs,
        "input": {
            "height": network.default_size,
            "width": network.default_size,
            "channels": network.channels[0],
        },
        "smallest_input": network.smallest_size,
        "channels": list(network.channels),
        "alphas": list(network.alphas),
        "any_alpha": network.any_alpha,
        "imagenet_alphas": list(network.imagenet_alphas or network.alphas) if network.pretrained else [],
        "weights": network.weights,
    }


def to_table() -> str:
    """The table of `edgesmith models`, a line a network, under a line of titles."""
    rows = [_TITLES, *(_row(NETWORKS[name], reference) for name, reference in REFERENCES.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if title in _RIGHT else cell.ljust(width)
            for title, cell, width in zip(_TITLES, row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _row(network: Network, reference: Reference) -> tuple[str, ...]:
    size = network.default_size
    alphas = " ".join(f"{alpha:g}" for alpha in network.alphas) if network.any_alpha else "-"
    return (
        network.name,
        f"{reference.parameters:,}",
        f"{reference.macs / 1e6:,.1f} M",
        f"{size}×{size}×{network.channels[0]}",
        str(network.smallest_size),
        str(reference.outputs),
        alphas,
        network.weights,
    )
