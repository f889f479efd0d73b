"""What is counted elsewhere, brought into the metrics."""

from __future__ import annotations

from collections.abc import Callable

from service.answering.engine import AnswerEngine
from service.jobs import Jobs
from service.telemetry.metrics import Metrics

_OPEN = {"closed": 0.0, "half-open": 0.5, "open": 1.0}


def service_state(engine: AnswerEngine, jobs: Jobs) -> Callable[[Metrics], None]:
    """The cache of answers, the model endpoints, and the jobs of this process."""

    def look(metrics: Metrics) -> None:
        if engine.cache is not None:
            counts = engine.cache.counts
            for result, total in (("exact", counts.exact), ("near", counts.near), ("miss", counts.misses)):
                metrics.catch_up(metrics.cache, f"cache {result}", total, [result])
        for endpoint, state in engine.breakers.states().items():
            metrics.breaker.labels(endpoint).set(_OPEN[state])
        for name, count in jobs.load.items():
            metrics.jobs.labels(name).set(count)

    return look
