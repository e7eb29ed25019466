"""Pillow's warnings of odd metadata, for programs that read pictures of strangers."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_image_warnings() -> Iterator[None]:
    """Inside, Pillow does not warn of pictures that can be read all the same; what cannot be read still raises.

    For the main thread of a command: the filter is the whole process's. Python keeps every text that it has shown,
    so that a server would grow with each new one.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield
