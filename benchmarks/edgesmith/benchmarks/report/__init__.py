"""From a `BenchResult` to `report.md` and `report.html`. Needs nothing but the result."""
