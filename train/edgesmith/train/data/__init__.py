"""Data sets: where images come from, which of them train, which choose, which judge.

Whatever the source, what comes out is a folder with image files in it: sources that are no image files are
written out once, into the cache (`written.py`), so that everything after reads files.
"""

from edgesmith.train.data.record import leaks, record_splits
from edgesmith.train.data.sources import find_splits
from edgesmith.train.data.splits import DataSet, Splits

__all__ = ["DataSet", "Splits", "find_splits", "leaks", "record_splits"]
