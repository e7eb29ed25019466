"""Run on a Pi: raw output rows of a model for pictures, appended one by one, so that a second run goes on.

    python3 record_outputs.py MODEL PICTURES.npy OUTPUT

PICTURES is uint8 [n, height, width, channels]; OUTPUT becomes n rows of the model's output, without a header.
One thread. Prints the engine's name.
"""

import sys
from pathlib import Path

import numpy as np

from edgesmith.runtime.engines import open_engine


def main() -> None:
    """Record what is not recorded yet."""
    model, pictures_file, output = map(Path, sys.argv[1:])
    pictures = np.load(pictures_file, mmap_mode="r")
    engine = open_engine(model, threads=1)
    row_bytes = int(np.prod(engine.output_shape)) * engine.output_dtype.itemsize
    with output.open("ab") as file:
        done = file.tell() // row_bytes
        file.truncate(done * row_bytes)  # half a row, when it was stopped in the middle
        for picture in pictures[done:]:
            file.write(engine.run(picture[None].astype(engine.input_dtype)).tobytes())
            file.flush()
    sys.stdout.write(f"{engine.name}\n")


if __name__ == "__main__":
    main()
