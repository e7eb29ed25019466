"""Collects the licence texts and notices of everything in the page into build/: `python notices.py`.

The npm packages @litertjs/core and onnxruntime-web carry no licence file. The texts of the same projects' Python
wheels stand in for them; what LiteRT's WebAssembly is linked from is listed by hand in licences/linked.toml.
"""

import shutil
import tomllib
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

HERE = Path(__file__).parent
LICENCES, BUILD = HERE / "licences", HERE / "build"
RULE = "=" * 78


def main() -> None:
    """Write build/notices.txt, and build/licences/ with it and our own licence for the wheel."""
    components = tomllib.loads((LICENCES / "linked.toml").read_text(encoding="utf-8"))["component"]
    parts = [
        "Licences and notices of what the pages of edgesmith are made of.\n"
        "edgesmith itself: Apache-2.0, the text of which is the first below.",
        "LiteRT.js (@litertjs/core, @litertjs/wasm-utils), Copyright 2025 Google LLC, Apache-2.0.\n"
        "Its WebAssembly is linked from:\n\n" + "\n\n".join(map(_entry, components)),
        *(f"{name}\n\n{text}" for name, text in _texts(components).items()),
        "ONNX Runtime Web (onnxruntime-web, onnxruntime-common)\n\n" + _of_wheel("onnxruntime", "LICENSE"),
        "Third-party notices of ONNX Runtime\n\n" + _of_wheel("onnxruntime", "ThirdPartyNotices.txt"),
    ]
    folder = BUILD / "licences"
    folder.mkdir(parents=True, exist_ok=True)
    (BUILD / "notices.txt").write_text(f"\n\n{RULE}\n\n".join(parts) + "\n", encoding="utf-8")
    shutil.copy(BUILD / "notices.txt", folder / "THIRD-PARTY-NOTICES.txt")
    shutil.copy(HERE.parent.parent / "LICENSE", folder / "LICENSE")


def _entry(component: dict[str, str | list[str]]) -> str:
    lines = [component["name"], f"({component['licence']})", component["address"], *component["copyright"]]
    return "\n".join(map(str, lines))


def _texts(components: list[dict[str, str | list[str]]]) -> dict[str, str]:
    """The text of each licence that a component names, once."""
    names = {str(component["licence"]) for component in components}
    texts = {"Apache-2.0": _of_wheel("ai-edge-litert", "LICENSE")}
    for name in sorted(names - {"Apache-2.0", "MPL-2.0", "Apache-2.0 WITH LLVM-exception"}):
        texts[name] = (LICENCES / f"{name}.txt").read_text(encoding="utf-8")
    texts["LLVM-exception"] = (LICENCES / "LLVM-exception.txt").read_text(encoding="utf-8")
    texts["MPL-2.0"] = "The text stands in the third-party notices of ONNX Runtime below, under Eigen."
    return texts


def _of_wheel(distribution: str, name: str) -> str:
    """A file of an installed distribution, by its last name. Exits with what to install where it is missing."""
    try:
        found = next(path for path in files(distribution) or [] if path.name == name)
    except (PackageNotFoundError, StopIteration):
        raise SystemExit(
            f'{distribution} with its {name} is not installed here: pip install "edgesmith[litert,onnx]"'
        ) from None
    return Path(str(found.locate())).read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
