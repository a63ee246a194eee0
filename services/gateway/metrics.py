"""The gateway's own metrics; those of every process are in `shared.metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("plimsoll_requests_total", "HTTP requests", ["method", "status"])
ANSWERS = Counter("plimsoll_order_answers_total", "How posts of orders were answered", ["outcome"])
ANSWER_SECONDS = Histogram(
    "plimsoll_answer_seconds",
    "From the hand-over of an order to its first event",
    buckets=(0.002, 0.004, 0.006, 0.008, 0.012, 0.016, 0.024, 0.032, 0.064, 0.128, 0.25, 0.5),
)
RATE_DEGRADED = Counter(
    "plimsoll_rate_limit_degraded_total", "Times the shared counts of rates were not reachable"
)
CACHE_FAILED = Counter("plimsoll_cache_failures_total", "Reads of the cache that failed")
SOCKETS = Gauge("plimsoll_sockets", "Sockets that listen", ["stream"])
SLOW_CLIENTS = Counter("plimsoll_slow_clients_total", "Sockets closed because they did not keep up")
