"""Write edgesmith.toml, the settings of `edgesmith run`, for a folder of images.

`edgesmith check` looks the images over; the recipe, the network, its input and the accuracy guard follow from what it
sees, and comments say why. FOLDER is whatever `edgesmith train` takes: FOLDER/<class>/*,
FOLDER/{train,val,test}/<class>/*, a .npz or .csv file, and so on.

Examples:
  edgesmith init photos
  edgesmith init mnist.npz -o mnist.toml
  edgesmith init photos --force

"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from edgesmith.cli.init.choose import Choices, choose
from edgesmith.cli.init.seen import Seen, seen_in
from edgesmith.cli.init.write import output_for, settings_text
from edgesmith.cli.parts import ask
from edgesmith.cli.surroundings import SETTINGS
from edgesmith.cli.terminal import one_line
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import OutputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "folder", nargs="?", metavar="FOLDER", default=".", help="the images (the current folder)"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.toml",
        default=Path(SETTINGS),
        help=f"the file to write ({SETTINGS})",
    )
    parser.add_argument("--force", action="store_true", help="replace the file where it is there already")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Look the images over and write the file."""
    target: Path = arguments.output
    _require_free(target, force=arguments.force)
    seen = seen_in(ask("check", arguments.folder))
    choices = choose(seen)
    home = target.resolve().parent
    text = settings_text(
        seen,
        choices,
        data=_from(home, arguments.folder),
        output=output_for(Path(arguments.folder).resolve(), home),
    )
    _require_free(target, force=arguments.force)
    write_bytes(target, text.encode())
    if arguments.json:
        print(json.dumps(_document(target, seen, choices), indent=2, ensure_ascii=False))
    else:
        for line in _lines(target, seen, choices):
            print(one_line(line))
    return 0


def _require_free(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise OutputError(f"{str(target)!r} is a folder", tip="-o FILE.toml")
    if target.exists() and not force:
        raise OutputError(
            f"{str(target)!r} is there already", tip="--force replaces it; -o names another file"
        )


def _from(home: Path, folder: str) -> str:
    """The data as seen from the file's folder; what is no path of this machine, as it was given."""
    path = Path(folder)
    if not path.exists() or path.is_absolute():
        return folder
    return os.path.relpath(path.resolve(), home)


def _document(target: Path, seen: Seen, choices: Choices) -> dict[str, Any]:
    """The document of `init --json`: `edgesmith.init/1`."""
    chosen = {
        section: {key: {"value": choice.value, "why": choice.why} for key, choice in found.items()}
        for section, found in (("model", choices.model), ("convert", choices.convert))
    }
    return {
        "schema": "edgesmith.init/1",
        "file": str(target),
        "labels": list(seen.labels),
        "images": {"train": seen.train, "val": seen.val, "test": seen.test},
        **chosen,
        "errors": list(seen.errors),
    }


def _lines(target: Path, seen: Seen, choices: Choices) -> list[str]:
    model = {key: choice.value for key, choice in choices.model.items()}
    lines = [
        f"{target}: {model['network']}, recipe {model['recipe']}, {model['image_size']} pixels, for"
        f" {len(seen.labels)} classes and {seen.train:,} training images",
        *(f"  error in the images: {error}" for error in seen.errors),
    ]
    guard = choices.convert["max_drop"]
    if guard.value is None:
        lines.append(f"  {guard.why}")
    run = "edgesmith run" if target == Path(SETTINGS) else f"edgesmith run {target}"
    return [*lines, f"next: {'`edgesmith check` tells what to mend, then ' if seen.errors else ''}{run}"]
