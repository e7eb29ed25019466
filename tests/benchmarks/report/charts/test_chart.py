from edgesmith.benchmarks.report.charts.chart import framed, key
from edgesmith.benchmarks.report.charts.drawing import NARROW, WIDE


def test_a_key_names_its_run_where_there_is_one() -> None:
    assert [key(None, "a|b"), key(0, "tip")] == ["|a|b", "0|tip"]


def test_legends_have_fewer_columns_where_there_is_less_room() -> None:
    columns = [framed(frame, height=1, layers=[])["config"]["legend"]["columns"] for frame in (NARROW, WIDE)]
    assert columns == [3, 4]
