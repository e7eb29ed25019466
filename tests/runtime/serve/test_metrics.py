from edgesmith.runtime.serve.answer import Answer
from edgesmith.runtime.serve.metrics import Metrics


def test_counts_and_times() -> None:
    metrics = Metrics(accepted=lambda: 7)
    metrics.answered(Answer(body=b"", waiting=0.002, decoding=0.004, inference=0.2))
    metrics.refused(429)
    metrics.refused(429)
    lines = metrics.text().decode().splitlines()
    assert 'edgesmith_classify_requests_total{status="200"} 1.0' in lines
    assert 'edgesmith_classify_requests_total{status="429"} 2.0' in lines
    assert "edgesmith_classify_accepted 7.0" in lines
    assert 'edgesmith_classify_seconds_bucket{le="0.1",phase="inference"} 0.0' in lines
    assert 'edgesmith_classify_seconds_bucket{le="0.25",phase="inference"} 1.0' in lines
    assert 'edgesmith_classify_seconds_sum{phase="decoding"} 0.004' in lines


def test_two_servers_do_not_share_counts() -> None:
    first, second = Metrics(accepted=lambda: 0), Metrics(accepted=lambda: 0)
    first.refused(413)
    assert b'status="413"' not in second.text()
