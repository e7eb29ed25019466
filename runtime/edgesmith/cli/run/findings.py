"""What check and verify found, which with `--json` they tell nobody else."""

from pathlib import Path

from edgesmith.cli.run.state import load_json

_SHOWN = 5


def check_lines(file: Path) -> list[str]:
    """What is wrong with the images, the worst first, notes left out. `file`: the document of `check --json`."""
    document = load_json(file) or {}
    found = [one for one in document.get("findings", ()) if one["severity"] != "note"]
    lines = [f"{one['severity']}: {one['what']}; {one['advice']}" for one in found[:_SHOWN]]
    more = len(found) - len(lines)
    return lines + [f"… and {more} more: `edgesmith check` tells them all"] * (more > 0)


def verify_lines(file: Path) -> list[str]:
    """Which files give other answers. `file`: the document of `verify --json`."""
    document = load_json(file) or {}
    return [
        f"{Path(one['file']).name} is different on {one['engine']}: the best class is equal on {one['top1_equal']}"
        f" of {one['inputs']} inputs"
        for one in document.get("results", ())
        if one.get("outcome") == "different"
    ]
