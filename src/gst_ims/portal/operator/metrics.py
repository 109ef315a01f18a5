"""Prometheus metrics: calls of this process; the queue and the work done of the whole installation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

# Anything can be sent as a method, and each would stay in memory.
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

registry = CollectorRegistry()
calls = Counter(
    "ims_http_requests_total", "Answers by endpoint and status", ["method", "path", "status"], registry=registry
)
seconds = Histogram(
    "ims_http_request_seconds", "How long calls took, by operation", ["operation"], buckets=SECONDS, registry=registry
)
errors = Counter("ims_http_errors_total", "Business failures of calls by code", ["code"], registry=registry)


def observe(method: str, path: str, operation: str, status: int, took: float) -> None:
    """Count a call by its endpoint's template, so that no taxpayer's data becomes a label."""
    calls.labels(method if method in METHODS else "other", path, str(status)).inc()
    seconds.labels(operation).observe(took)


class Installation(Collector):
    """What all processes have in common, as the database has it."""

    def __init__(self, queue: Iterable[Any], totals: Iterable[Any]) -> None:
        self._queue, self._totals = list(queue), list(totals)

    def collect(self) -> Iterable[Metric]:
        jobs = GaugeMetricFamily("ims_jobs", "Background jobs by task and state", labels=["task", "state"])
        oldest = GaugeMetricFamily(
            "ims_oldest_job_seconds", "Age of the oldest unfinished job by task, 0 without one", labels=["task"]
        )
        for row in self._queue:
            for state in ("waiting", "running", "failed"):
                jobs.add_metric([row.task, state], getattr(row, state))
            oldest.add_metric([row.task], row.oldest_seconds)
        rows = CounterMetricFamily("ims_rows_applied", "Rows of requests that were applied, by kind", labels=["kind"])
        refused = CounterMetricFamily(
            "ims_request_errors", "Rows and whole requests refused, by task and code", labels=["task", "code"]
        )
        for row in self._totals:
            if row.name == "rows":
                rows.add_metric([row.kind], row.total)
            else:
                refused.add_metric([row.kind, row.code], row.total)
        return [jobs, oldest, rows, refused]


def text(queue: Iterable[Any], totals: Iterable[Any]) -> bytes:
    """The metrics of this process and of the installation in Prometheus' text format."""
    return generate_latest(registry) + generate_latest(Installation(queue, totals))
