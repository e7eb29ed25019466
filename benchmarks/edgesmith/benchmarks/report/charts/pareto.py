"""The Pareto front: runs that no other beats in latency and accuracy together."""

from collections.abc import Sequence


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of (latency, accuracy) points that no other point dominates, by latency.

    Less latency and more accuracy is better; a point is dominated by one that is no worse in both and better in
    one. Equal points are all kept.
    """
    order = sorted(range(len(points)), key=lambda index: (points[index][0], -points[index][1]))
    front: list[int] = []
    for index in order:
        if not front or points[index][1] > points[front[-1]][1] or points[index] == points[front[-1]]:
            front.append(index)
    return front
