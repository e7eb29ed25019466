"""The operators' times in the CSV of `benchmark_model --enable_op_profiling`.

Its source: tensorflow/lite/tools/benchmark/profiling_listener.cc for the heading, and
tensorflow/core/util/stats_calculator.cc, `HeaderString` and `ColumnString`, for the tables. A table has a title
between `=` signs, a line of column names and one line an operator, and ends with an empty line.
"""

from itertools import takewhile

from edgesmith.benchmarks.worker.messages import OperatorTime

_INFERENCES = "Operator-wise Profiling Info"  # before it is what the initialisation took
_IN_ORDER = " Run Order "  # the same operators follow again, sorted by time
_SEPARATOR = ", "  # within names it puts tabs in place of commas


def read_profile(text: str) -> tuple[OperatorTime, ...] | None:
    """The operators in the order of execution, a delegate's as one; None when the tool wrote none."""
    table = text.partition(_INFERENCES)[2].partition(_IN_ORDER)[2].splitlines()[1:]
    if not table:
        return None
    names = table[0].split(_SEPARATOR)
    if not {"node type", "avg_ms", "name"} <= set(names):
        return None
    rows = (
        dict(zip(names, line.split(_SEPARATOR), strict=False)) for line in takewhile(str.strip, table[1:])
    )
    return tuple(
        OperatorTime(kind=row["node type"], name=row["name"].strip(), milliseconds=float(row["avg_ms"]))
        for row in rows
    )
