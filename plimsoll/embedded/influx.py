"""InfluxDB 1.8, for ticks, bars and telemetry: trading goes on without it."""

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

from plimsoll.embedded import influx_build, ports
from plimsoll.embedded.child import Command
from plimsoll.embedded.server import Server

DATABASE = "plimsoll"
RPC = "influx-rpc"


@dataclass
class Influx(Server):
    """The time-series server."""

    rpc_port: int = field(default=0, init=False)

    name = "influx"

    def choose_ports(self, last: dict[str, int], usual: bool) -> dict[str, int]:
        """One port for HTTP, one that its backup service insists on."""
        chosen = super().choose_ports(last, usual)
        self.rpc_port = ports.choose(last.get(RPC))
        return chosen | {RPC: self.rpc_port}

    def prepare(self) -> None:
        """Build the program if it is not there; the data directory; the configuration."""
        influx_build.build_quietly()
        data = self.state.data(self.name)
        data.mkdir(exist_ok=True)
        (data / "influxdb.conf").write_text(self.configuration())

    def configuration(self) -> str:
        """The whole configuration; index in files, for a replay has many series."""
        data = self.state.data(self.name)
        return f"""reporting-disabled = true
bind-address = "{ports.LOOPBACK}:{self.rpc_port}"
[meta]
  dir = "{data}/meta"
[data]
  dir = "{data}/data"
  wal-dir = "{data}/wal"
  index-version = "tsi1"
  query-log-enabled = false
  max-series-per-database = 0
  max-values-per-tag = 0
  cache-max-memory-size = "256m"
[http]
  bind-address = "{ports.LOOPBACK}:{self.port}"
  log-enabled = false
[logging]
  level = "warn"
  suppress-logo = true
[monitor]
  store-enabled = false
[continuous_queries]
  enabled = false
"""

    def command(self) -> Command:
        """influxd."""
        configuration = str(self.state.data(self.name) / "influxdb.conf")
        arguments = (str(influx_build.program()), "run", "-config", configuration)
        return Command(arguments=arguments, directory=self.state.data(self.name))

    def is_ready(self) -> bool:
        """Whether it answers and has our database; CREATE DATABASE may be repeated."""
        body = urllib.parse.urlencode({"q": f"CREATE DATABASE {DATABASE}"}).encode()
        try:
            with urllib.request.urlopen(f"{self.url()}/query", data=body, timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def url(self) -> str:
        """Its http URL, without a final slash."""
        return f"http://{ports.LOOPBACK}:{self.port}"
