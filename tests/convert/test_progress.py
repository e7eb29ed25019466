from edgesmith.convert.progress import part_of


def test_a_part_has_its_place_in_the_whole() -> None:
    heard: list[tuple[str, float]] = []
    part = part_of(lambda stage, share: heard.append((stage, share)), 0.25, 0.75)
    part("first", 0.0)
    part("half", 0.5)
    part("last", 1.0)
    assert heard == [("first", 0.25), ("half", 0.5), ("last", 0.75)]
