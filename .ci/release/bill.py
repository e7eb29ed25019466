"""The software bill of materials: what `pip install edgesmith[EXTRA]` brings, at the versions of constraints.txt.

One CycloneDX document an extra, of what is installed in this environment; an extra of which a package is missing
here has none. Without time stamps and serial numbers, so that the same environment gives the same bytes.
"""

import json
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.contents import metadata_of
from release.failure import ReleaseError

PROJECT = "edgesmith"

_LONGEST_LICENCE = 80  # characters; what is longer is the licence's text and not its name

Needs = dict[str, set[str]]
"""Canonical names of packages, each with those that it needs."""


def bill_of_materials(extra: str | None) -> str:
    """The document of edgesmith with one extra, or of edgesmith alone: CycloneDX 1.6, JSON.

    Raises `PackageNotFoundError` where a package is not installed here, `ReleaseError` if the document is not valid.
    """
    needs = closure(PROJECT, {extra} if extra else set())
    components = {name: _component(name) for name in needs}
    bill = Bom(components=(components[name] for name in needs if name != PROJECT))
    bill.metadata.component = components[PROJECT]
    for name, needed in needs.items():
        bill.register_dependency(components[name], [components[other] for other in sorted(needed)])
    text = _reproducible(JsonV1Dot6(bill).output_as_string(indent=2))
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise ReleaseError(f"the bill of materials of {extra or 'edgesmith alone'} is not valid: {problem}")
    return text


def write_bills(folder: Path, version: str) -> tuple[list[Path], list[str]]:
    """One document an extra into `folder`; those written, and the extras that this environment has not."""
    written, absent = [], []
    for extra in (None, *extras()):
        try:
            text = bill_of_materials(extra)
        except PackageNotFoundError as error:
            absent.append(f"{extra} ({error.name})")
            continue
        file = folder / f"{PROJECT}-{version}{f'-{extra}' if extra else ''}.cdx.json"
        file.write_text(text)
        written.append(file)
    return written, absent


def require_installed(wheel: Path) -> None:
    """Raise `ReleaseError` unless the edgesmith installed here needs what the one in `wheel` needs."""
    stated = metadata_of(wheel).get_all("Requires-Dist", [])
    if sorted(stated) != sorted(distribution(PROJECT).requires or ()):
        raise ReleaseError(
            "the edgesmith that is installed here has other requirements: pip install --editable ."
        )


def extras() -> list[str]:
    """The extras that edgesmith's metadata name."""
    return sorted(distribution(PROJECT).metadata.get_all("Provides-Extra") or ())


def closure(name: str, wanted: set[str]) -> Needs:
    """What a package needs with these extras, and what those need, to the end."""
    needs: Needs = {}
    asked = [(canonicalize_name(name), frozenset(wanted))]
    seen = set()
    while asked:
        package, package_extras = asked.pop()
        if (package, package_extras) in seen:
            continue
        seen.add((package, package_extras))
        found = needs.setdefault(package, set())
        for requirement in _applying(distribution(package), package_extras):
            needed = canonicalize_name(requirement.name)
            asked.append((needed, frozenset(requirement.extras)))
            if needed != package:  # edgesmith[all] asks for edgesmith[litert]
                found.add(needed)
    return needs


def _applying(package: Distribution, wanted: Iterable[str]) -> Iterable[Requirement]:
    """The requirements that hold on this platform and Python, with these extras."""
    environments: list[dict[str, Any]] = [
        {**default_environment(), "extra": extra} for extra in (*wanted, "")
    ]
    for text in package.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate(environment) for environment in environments):
            yield requirement


def _component(name: str) -> Component:
    found = distribution(name)
    licence = _licence(found)
    return Component(
        name=found.metadata["Name"],
        version=found.version,
        type=ComponentType.APPLICATION if name == PROJECT else ComponentType.LIBRARY,
        purl=PackageURL("pypi", None, name, found.version),
        bom_ref=f"pkg:pypi/{name}@{found.version}",
        licenses=[LicenseFactory().make_from_string(licence)] if licence else None,
        description=_stated(found, "Summary"),
    )


def _licence(package: Distribution) -> str | None:
    """An SPDX expression or a name, as the package states it."""
    stated = _stated(package, "License-Expression", "License")
    if stated and len(stated) < _LONGEST_LICENCE and "\n" not in stated:
        return stated
    # Older packages put the whole text there, or nothing, and name the licence as "License :: OSI Approved :: MIT License".
    classifiers = package.metadata.get_all("Classifier") or ()
    names = (text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License :: "))
    return next(names, None)


def _stated(package: Distribution, *keys: str) -> str | None:
    """The first of these keys that the package's metadata have."""
    return next((package.metadata[key] for key in keys if key in package.metadata), None)


def _reproducible(text: str) -> str:
    document = json.loads(text)
    document.pop("serialNumber", None)
    document["metadata"].pop("timestamp", None)
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
