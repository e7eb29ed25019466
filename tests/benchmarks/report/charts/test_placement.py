from edgesmith.benchmarks.report.charts.placement import place_names

SIZE = (450.0, 300.0)


def _box(
    point: tuple[float, float], name: str, dx: float, dy: float, align: str
) -> tuple[float, float, float, float]:
    width = 6.2 * len(name)
    left = point[0] + dx - (width if align == "right" else 0)
    return left, point[1] + dy - 7, left + width, point[1] + dy + 7


def test_names_cover_neither_each_other_nor_points() -> None:
    points = [(100.0 + 6 * number, 150.0 + number % 2) for number in range(8)]
    names = [f"int8 tflite ×{number}" for number in range(8)]
    places = place_names(points, names, order=range(8), size=SIZE)
    boxes = [
        _box(points[place.index], names[place.index], place.dx, place.dy, place.align) for place in places
    ]
    assert len(boxes) >= 3
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
        assert not any(left < x < right and top < y < bottom for x, y in points)


def test_names_stay_inside() -> None:
    (place,) = place_names([(440.0, 8.0)], ["a long name of a run"], order=[0], size=SIZE)
    assert place.align == "right"
    assert place_names([(5.0, 8.0)], ["x" * 200], order=[0], size=SIZE) == []
