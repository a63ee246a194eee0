"""Prometheus metrics that every process has, on a loopback port of its own."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, start_http_server

MESSAGES = Counter("plimsoll_messages_total", "Messages handled", ["room"])
DUPLICATES = Counter(
    "plimsoll_duplicates_total", "Messages dropped because they were seen", ["room"]
)
COMMITS = Counter("plimsoll_commits_total", "Transactions", ["room"])
PARKED = Counter("plimsoll_set_aside_total", "Messages parked or set aside", ["room"])
DROPPED = Counter("plimsoll_telemetry_dropped_total", "Points that telemetry dropped", ["sink"])
COMMIT_SECONDS = Histogram(
    "plimsoll_commit_seconds",
    "Time of one transaction",
    ["room"],
    buckets=(0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.5, 2),
)
DECIDE_SECONDS = Histogram(
    "plimsoll_decide_seconds",
    "Time of deciding one poll",
    ["room"],
    buckets=(0.0001, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.5),
)
LOOP_LAG = Gauge("plimsoll_loop_seconds", "Length of the last turn of the loop", ["room"])
UNRELAYED = Gauge(
    "plimsoll_unrelayed_polls",
    "Committed polls whose outputs the log has not acknowledged",
    ["room"],
)


def serve(port: int) -> None:
    """Serve /metrics on loopback; port 0 serves nothing."""
    if port:
        start_http_server(port, addr="127.0.0.1")


def counted(room: str, handled: int, duplicates: int, parked: int) -> None:
    """Add what one commit handled, dropped and set aside."""
    MESSAGES.labels(room).inc(handled)
    DUPLICATES.labels(room).inc(duplicates)
    PARKED.labels(room).inc(parked)
