"""Points to InfluxDB: one POST of line protocol a call, no buffer, no second try.

Spoken by hand (decision 0004): the client library takes 23 MB and 0.7 s of start in every room.
"""

from __future__ import annotations

import urllib3

BUCKET = "plimsoll/autogen"
REFUSED = (400, 413, 422)


class InfluxAway(Exception):
    """The points were not taken now; the same may be taken later."""


class InfluxRefused(Exception):
    """The points will never be taken: InfluxDB cannot read one of them."""


class InfluxWriter:
    """Writes to an InfluxDB 1.8 without authentication. Times in lines are nanoseconds."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = f"{url}/api/v2/write?bucket={BUCKET}&org=-&precision=ns"
        self._pool = urllib3.PoolManager(
            num_pools=1, timeout=urllib3.Timeout(timeout_s), retries=False
        )

    def write(self, lines: bytes) -> None:
        """Write points. Raises InfluxAway, or InfluxRefused with InfluxDB's words."""
        try:
            answer = self._pool.request("POST", self._url, body=lines)
        except urllib3.exceptions.HTTPError as error:
            raise InfluxAway(repr(error)) from error
        if answer.status in REFUSED:
            raise InfluxRefused(f"{answer.status}: {answer.data[:500].decode(errors='replace')}")
        if answer.status >= 300:
            raise InfluxAway(f"{answer.status}: {answer.data[:500].decode(errors='replace')}")

    def close(self) -> None:
        """Let go of the connection."""
        self._pool.clear()
