"""Counts and times for Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from edgesmith.runtime.serve.answer import Answer

# Seconds: 1 ms, an int8 network on a server's core, to 10 s, beyond what anybody waits for.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What `GET /metrics` shows, of one server."""

    def __init__(self, *, accepted: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)  # memory, processor time, open files
        self._requests = Counter(
            "edgesmith_classify_requests", "Requests by HTTP status", ["status"], registry=self._registry
        )
        seconds = Histogram(
            "edgesmith_classify_seconds",
            "Time of one picture by phase",
            ["phase"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._waiting, self._decoding, self._inference = (
            seconds.labels(phase) for phase in ("waiting", "decoding", "inference")
        )
        self._answered = self._requests.labels("200")
        Gauge(
            "edgesmith_classify_accepted", "Requests waiting or worked on", registry=self._registry
        ).set_function(accepted)

    def answered(self, answer: Answer) -> None:
        """Count an answer."""
        self._answered.inc()
        self._waiting.observe(answer.waiting)
        self._decoding.observe(answer.decoding)
        self._inference.observe(answer.inference)

    def refused(self, status: int) -> None:
        """Count a request that was not answered with 200."""
        self._requests.labels(str(status)).inc()

    def text(self) -> bytes:
        """Prometheus' text format, version 0.0.4."""
        return generate_latest(self._registry)
