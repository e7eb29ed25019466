import base64
import gzip
from collections.abc import Callable

import pytest

from edgesmith.benchmarks.report import rawdata
from edgesmith.benchmarks.report.rawdata import raw_data
from edgesmith.benchmarks.report.render import render_html
from edgesmith.benchmarks.results import BenchResult, BenchRun


def test_it_is_bench_json_itself(rich: BenchResult) -> None:
    url = raw_data(rich).url
    assert url is not None
    kind, _, packed = url.partition(",")
    assert kind == "data:application/gzip;base64"
    assert gzip.decompress(base64.b64decode(packed)).decode() == rich.to_json()


def test_what_is_too_large_is_left_beside_the_page(
    make_run: Callable[..., BenchRun],
    make_result: Callable[..., BenchResult],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rawdata, "MAX_EMBEDDED", 100)
    result = make_result(make_run("a.onnx", "int8", [4.0] * 5))
    assert raw_data(result).url is None
    page = render_html(result, [])
    assert '<a href="bench.json">' in page
    assert "data:" not in page
