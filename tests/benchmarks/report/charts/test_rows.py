from edgesmith.benchmarks.report.charts.drawing import NARROW
from edgesmith.benchmarks.report.charts.rows import ROW, Row, bars, rows_spec, stacked


def test_words_stand_above_what_is_drawn_and_belong_to_their_run() -> None:
    data = stacked([[("a", 2.0, "tip")], [("a", 3.0, "tip")]], [7, 8])
    rows = [Row(name="one", value="2", series=7), Row(name="two", value="3", series=8)]
    spec = rows_spec(NARROW, [bars(data, title="ms", colours={"a": "red"})], rows=rows)
    assert spec["height"] == 2 * ROW
    drawn, names, values = spec["layer"]
    assert [datum["text"] for datum in names["data"]["values"]] == ["one", "two"]
    assert [datum["key"] for datum in values["data"]["values"]] == ["7|2", "8|3"]
    for words, bar in zip(names["data"]["values"], drawn["data"]["values"], strict=True):
        assert words["y"] < bar["y"] < bar["y2"] < int(words["y"]) + 1
    assert names["mark"]["limit"] + values["mark"]["limit"] <= NARROW.width
