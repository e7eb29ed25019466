"""What stands on the terminal after a conversion."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from edgesmith.convert.table import table_lines


def record(*, ladder: bool) -> Any:
    """As much of a conversion record as the table reads."""
    attempt = SimpleNamespace(
        rung=SimpleNamespace(name="bias correction"),
        judgement=SimpleNamespace(
            agreement=0.98, agreement_interval=(0.95, 0.99), drop=0.25, drop_interval=(-0.5, 1.0)
        ),
        flatbuffer=bytes(2048),
        holds=True,
        seconds=1.25,
    )
    return SimpleNamespace(
        rows=lambda: [("n-int8.tflite", "12", "100 %", "-", "99.0 %", "1.0e-02", "-")],
        guard=SimpleNamespace(attempts=(attempt,)) if ladder else None,
        files=(1,),
        seconds=2.0,
    )


def test_columns_are_aligned() -> None:
    header, row, *_ = table_lines(record(ladder=False), Path("deploy"))
    assert header.index("KiB") == row.index("12")
    assert header.index("agreement") == row.index("99.0 %")


def test_the_ladder_stands_below() -> None:
    lines = list(table_lines(record(ladder=True), Path("deploy")))
    (rung,) = (line for line in lines if line.startswith("bias correction"))
    assert rung.split() == [
        "bias",
        "correction",
        "yes",
        "98.0",
        "%",
        "(95.0-99.0)",
        "0.25",
        "(-0.50",
        "to",
        "1.00)",
        "2",
        "1.2",
    ]
    assert lines[-1] == "deploy: 1 files in 2.0 s; see convert.html"
