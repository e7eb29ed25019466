"""`bench.json` inside the page, so that the numbers travel with what is said of them."""

import base64
import gzip
from dataclasses import dataclass

from edgesmith.benchmarks.results import BenchResult

# What is left of 2 MB for the page itself is more than 36 runs need.
MAX_EMBEDDED = 1_400_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RawData:
    """`json_bytes`: the size of `bench.json`. `url`: a data: URL of it, gzipped; None where that is too large."""

    json_bytes: int
    url: str | None


def raw_data(result: BenchResult) -> RawData:
    """The same text as in `bench.json`."""
    text = result.to_json().encode()
    packed = base64.b64encode(gzip.compress(text, compresslevel=9, mtime=0)).decode()
    url = f"data:application/gzip;base64,{packed}" if len(packed) <= MAX_EMBEDDED else None
    return RawData(json_bytes=len(text), url=url)
