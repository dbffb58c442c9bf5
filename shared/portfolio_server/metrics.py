"""``/metrics``: what a Prometheus reads of requests, queues, engines and memory.

Labels are routes, methods, statuses and names of engines: things of which there are few, and
nothing that a caller wrote.
"""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from portfolio_core.workload import Workload

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """The figures of one server."""

    def __init__(self, workload: Workload) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "portfolio_requests",
            "Requests that were answered",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "portfolio_request_seconds",
            "Time from a request to the last byte of its answer",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.under_way = Gauge(
            "portfolio_requests_under_way", "Requests not answered yet", registry=self.registry
        )
        self.registry.register(_Engines(workload))
        ProcessCollector(registry=self.registry)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that is over."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class _Engines(Collector):
    """Asks the workload at the moment it is asked."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures of all engines."""
        engine = ["engine"]
        running = GaugeMetricFamily("portfolio_queue_running", "Callers at work", labels=engine)
        waiting = GaugeMetricFamily("portfolio_queue_waiting", "Callers that wait", labels=engine)
        loaded = GaugeMetricFamily("portfolio_engine_loaded", "1 if loaded", labels=engine)
        taken = GaugeMetricFamily(
            "portfolio_engine_memory_bytes", "Memory of a loaded engine, about", labels=engine
        )
        for lane in self._workload.lanes():
            running.add_metric([lane.key], lane.running)
            waiting.add_metric([lane.key], lane.waiting)
            is_loaded = lane.state == "loaded"
            loaded.add_metric([lane.key], is_loaded)
            taken.add_metric([lane.key], lane.memory_bytes if is_loaded else 0)
        yield from (running, waiting, loaded, taken)
        yield GaugeMetricFamily(
            "portfolio_memory_budget_bytes", "For all engines", value=self._workload.memory_bytes
        )
        yield GaugeMetricFamily(
            "portfolio_queue_waiting_limit",
            "Callers that may wait for one engine",
            value=self._workload.limits.queue_waiting,
        )


def router(metrics: Metrics) -> APIRouter:
    """Return the route ``/metrics``."""
    routes = APIRouter()

    @routes.get("/metrics", include_in_schema=False)
    def read() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
