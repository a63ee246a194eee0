"""What the four embedded servers have in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from plimsoll.embedded import ports
from plimsoll.embedded.child import Command
from plimsoll.embedded.paths import State


@dataclass
class Server(ABC):
    """One server of a stack. Its data and its ports survive a stop; nothing else is kept."""

    state: State
    port: int = field(default=0, init=False)

    name = ""
    stop_s_max = 8.0

    def choose_ports(self, last: dict[str, int], usual: bool) -> dict[str, int]:
        """Take ports; answers them by name. `usual` prefers the well-known ones."""
        self.port = self.choose_port(self.name, last, usual)
        return {self.name: self.port}

    @staticmethod
    def choose_port(name: str, last: dict[str, int], usual: bool) -> int:
        """One port: the last one, else the usual one, else a free one."""
        return ports.choose(last.get(name), ports.USUAL[name] if usual else None)

    @abstractmethod
    def prepare(self) -> None:
        """Make the data directory and the configuration; may be repeated; blocks."""

    @abstractmethod
    def command(self) -> Command:
        """The program to run."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Ask it once whether it serves; never raises, answers within two seconds."""

    @abstractmethod
    def url(self) -> str:
        """Where it is reached, as `stack.json` tells it."""
