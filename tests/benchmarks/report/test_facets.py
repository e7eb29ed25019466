from edgesmith.benchmarks.report.facets import facets
from edgesmith.benchmarks.results import BenchResult


def test_runs_are_chosen_by_what_they_differ_in(rich: BenchResult) -> None:
    found = {facet.title: dict(facet.choices) for facet in facets(rich.runs)}
    assert list(found) == ["Precision", "Engine", "Threads"]  # one model only
    assert found["Precision"] == {"float32": (0, 1, 4, 5), "int8": (2, 3, 6, 7)}
    assert found["Threads"] == {"1 thread": (0, 2, 4, 6), "2 threads": (1, 3, 5, 7)}


def test_a_single_run_leaves_nothing_to_choose(rich: BenchResult) -> None:
    assert facets(rich.runs[:1]) == []
