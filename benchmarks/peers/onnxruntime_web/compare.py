"""Our .onnx files in onnxruntime-web (WebAssembly, Node) against onnxruntime for Python: the same outputs?

    python benchmarks/peers/onnxruntime_web/compare.py DEPLOY/*.onnx --images FOLDER [--count 30]

Node and npm are needed; npm installs onnxruntime-web into `--work` (a temporary folder unless given). Prints one
JSON document: for each file the largest difference over all outputs (in output units: steps of 1/256 for int8
files), how many images have equal outputs, how many the same best class.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.images import load
from edgesmith.runtime.modelfile import read_spec

_HERE = Path(__file__).parent


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="+", type=Path, help=".onnx files that edgesmith wrote")
    parser.add_argument("--images", type=Path, required=True, help="a folder of photos")
    parser.add_argument("--count", type=int, default=30, help="how many of them (30)")
    parser.add_argument("--work", type=Path, help="a folder that keeps npm's packages for the next time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        install(work)
        results = [compare(model, arguments.images, arguments.count, work) for model in arguments.models]
    print(json.dumps(results, indent=2))
    return 0


def install(work: Path) -> None:
    """Put outputs.mjs and the packages it imports into `work`; npm runs no package's scripts."""
    work.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "outputs.mjs"):
        shutil.copy(_HERE / name, work)
    if not (work / "node_modules/onnxruntime-web").is_dir():
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, check=True, cwd=work, capture_output=True)  # noqa: S603 - fixed words


def compare(model: Path, images: Path, count: int, work: Path) -> dict[str, Any]:
    """One file: both runtimes on the first `count` images of the folder."""
    spec = read_spec(model).input
    pictures = np.concatenate([load(file, spec) for file in list_images(images)[:count]])
    engine = open_engine(model, threads=1)
    here = np.stack([engine.run(picture[None].astype(engine.input_dtype)) for picture in pictures])
    node, facts = in_node(model, pictures, work)
    there = np.frombuffer(node, engine.output_dtype).reshape(here.shape)
    difference = np.abs(there.astype(np.float64) - here.astype(np.float64)).max(axis=1)
    return {
        "file": model.name,
        "images": len(pictures),
        "max_abs_difference": float(difference.max()),
        "identical": int((difference == 0).sum()),
        "top1_equal": int((there.argmax(1) == here.argmax(1)).sum()),
        "python": engine.name,
        "node": facts,
    }


def in_node(model: Path, pictures: NDArray[np.uint8], work: Path) -> tuple[bytes, dict[str, Any]]:
    """Raw output rows of onnxruntime-web for uint8 pictures [n, height, width, channels], and what ran."""
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "pictures"), Path(folder, "outputs")
        source.write_bytes(pictures.tobytes())
        command = ["node", str(work / "outputs.mjs"), str(model.resolve()), str(source), str(output)]
        result = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ours
        facts: dict[str, Any] = json.loads(result.stdout)
        return output.read_bytes(), facts


if __name__ == "__main__":
    raise SystemExit(main())
