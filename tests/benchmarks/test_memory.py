from pathlib import Path

from edgesmith.benchmarks.worker.memory import peak_rss_bytes, rss_bytes


def test_peak_memory_is_that_of_this_program_not_of_its_parent(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmHWM:\t   51234 kB\nVmRSS:\t 17 kB\n")
    assert peak_rss_bytes(status) == 51234 * 1024
    assert rss_bytes(status) == 17 * 1024
    assert peak_rss_bytes(tmp_path / "absent") > 1_000_000
    assert rss_bytes(tmp_path / "absent") is None
