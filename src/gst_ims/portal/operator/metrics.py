"""Prometheus metrics: calls by endpoint and status, and what the queue holds."""

from __future__ import annotations

from litestar.types import Message, Scope
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from gst_ims.portal.operator.schemas import Health

# Anything can be sent as a method, and each would stay in memory.
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")

registry = CollectorRegistry()
calls = Counter(
    "ims_http_requests_total", "Answers by endpoint and status", ["method", "path", "status"], registry=registry
)
jobs = Gauge("ims_jobs", "Background jobs by state", ["state"], registry=registry)


async def count(message: Message, scope: Scope) -> None:
    """Count an answer by its endpoint's template, so that no taxpayer's data becomes a label."""
    if message["type"] == "http.response.start" and scope["type"] == "http":
        path = str(scope.get("path_template") or "unknown")
        method = scope["method"] if scope["method"] in METHODS else "other"
        calls.labels(method, path, str(message["status"])).inc()


def text(health: Health) -> bytes:
    """All metrics of this process in Prometheus' text format."""
    jobs.labels("waiting").set(health.jobs_waiting)
    jobs.labels("running").set(health.jobs_running)
    jobs.labels("failed").set(health.jobs_failed)
    return generate_latest(registry)
