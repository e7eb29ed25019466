"""CHANGELOG.md has the form of keepachangelog.com, and knows the version of pyproject.toml."""

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
HEADINGS = re.findall(r"^## (.*)$", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_sections_are_versions_the_newest_first() -> None:
    names = [heading.partition(" ")[0] for heading in HEADINGS]
    versions = [tuple(map(int, name.split("."))) for name in names if name != "Unreleased"]

    assert all(
        re.fullmatch(r"Unreleased|\d+\.\d+\.\d+( - \d{4}-\d\d-\d\d)?", heading) for heading in HEADINGS
    ), HEADINGS
    assert names.index("Unreleased") == 0 if "Unreleased" in names else True
    assert versions == sorted(set(versions), reverse=True)


def test_the_version_has_its_section() -> None:
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    newest = next(heading for heading in HEADINGS if heading != "Unreleased")

    assert newest.partition(" ")[0] == version
