"""The verbs `up`, `down` and `status`: a whole stack on this machine."""

import json
import os
import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from plimsoll.cli.options import PREFIX, JsonOption, StateOption, opened
from plimsoll.embedded import attach, gateway, stackfile
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.options import Options
from plimsoll.embedded.paths import State

output = Console(highlight=False)
progress = Console(stderr=True, highlight=False)
EMPTY = dict.fromkeys(("gateway", "kafka", "postgres", "redis", "influx", "feed", "market_time"))


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(
    state: StateOption,
    detach: Annotated[bool, typer.Option("--detach", help="Return when ready.")] = False,
    port: Annotated[
        int | None, typer.Option(envvar=f"{PREFIX}PORT", min=1, max=65535, help="Gateway port.")
    ] = None,
    feed: Annotated[
        str | None, typer.Option(envvar=f"{PREFIX}FEED", help="synthetic, or replay:PATH.")
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option("--from", envvar=f"{PREFIX}FROM", help="Market time to start at, RFC 3339."),
    ] = None,
    speed: Annotated[
        float | None, typer.Option(envvar=f"{PREFIX}SPEED", min=0, help="Of a replay; 0: at once.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(envvar=f"{PREFIX}SEED", help="Of the synthetic market.")
    ] = None,
    processes: Annotated[
        list[str] | None,
        typer.Option(
            envvar=f"{PREFIX}PROCESSES",
            metavar="ROOM=N",
            help="Share a room's work out to N processes, each the standby of the others.",
        ),
    ] = None,
) -> None:
    """Start the four servers and every room; stay until Ctrl-C, or --detach.

    Without --feed, --from, --speed, --seed and --processes a stack goes on as it ran last.
    """
    place = opened(state)
    options = Options(
        port=port,
        feed=feed,
        start_from=start_from,
        speed=speed,
        seed=seed,
        partitions=from_environment("PARTITIONS"),
        kill_at=os.environ.get(f"{PREFIX}KILL_AT"),
        processes=counts(processes or ()),
    )
    if detach:
        show_ready(place, attach.start_detached(place, options, tell), "`plimsoll down` stops all")
        return
    stay(place, options)


def stay(place: State, options: Options) -> None:
    """Supervise in this process, until a signal."""
    code = 0
    try:
        show = "Ctrl-C stops all"
        ready = attach.run_here(place, options, tell, lambda said: show_ready(place, said, show))
        code = 0 if ready else 1
    except EmbeddedError as error:
        print(f"plimsoll: {error}", file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a thread may still be fetching; what it does can be thrown away


def from_environment(name: str) -> int | None:
    """A whole number from the environment."""
    text = os.environ.get(PREFIX + name)
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(f"{PREFIX}{name} is a whole number from 1, not {text}")
    return int(text)


def counts(given: Iterable[str]) -> dict[str, int] | None:
    """How many processes rooms shall have, from `risk=2` or `risk=2,oms=2`."""
    found: dict[str, int] = {}
    for one in ",".join(given).split(",") if given else ():
        room, _, number = one.strip().partition("=")
        if not room or not number.isdecimal() or int(number) < 1:
            raise typer.BadParameter(f"--processes is ROOM=N, N from 1, not {one!r}")
        found[room] = int(number)
    return found or None


def tell(text: str) -> None:
    """Progress goes to standard error, so that the answer alone is on standard output."""
    progress.print(text, markup=False, soft_wrap=True)


def show_ready(place: State, summary: dict[str, Any], how_to_stop: str) -> None:
    """Where the gateway is, and the first account's key: shown once, then where it lies."""
    lines = [f"Plimsoll is ready at {summary['gateway']} (feed: {summary['feed']})"]
    account = summary["account"]
    if account is None:
        lines.append(f"paper account: its key lies in {place.account_key}")
    else:
        lines.append(f"paper account {account['account_id']} with $100,000; its key, shown once:")
        lines.append(f"  APCA-API-KEY-ID      {account['key']}")
        lines.append(f"  APCA-API-SECRET-KEY  {account['secret']}")
        lines.append(f"  kept in {place.account_key}")
    lines.append(how_to_stop)
    output.print("\n".join(lines), markup=False, soft_wrap=True)


def down(state: StateOption) -> None:
    """Stop what `up` started on a state directory; its data stays."""
    place = opened(state)
    stopped = stackfile.stop_running(place)
    tell("stopped" if stopped else f"nothing is running on {place.root}")


def status(state: StateOption, as_json: JsonOption = False) -> None:
    """What runs, where it is reached, and whether it would take an order."""
    said = look(opened(state))
    if as_json:
        print(json.dumps(said))
    else:
        show_status(said)
    if not said["processes"]:
        raise typer.Exit(1)


def look(place: State) -> dict[str, Any]:
    """The answer of `status --json`."""
    stack = stackfile.running(place)
    if stack is None:
        return {"ready": False, **EMPTY, "processes": []}
    health = gateway.health(stack["gateway"]) if stack["gateway"] else {}
    return {
        "ready": bool(health.get("ready")),
        **{key: stack[key] for key in ("gateway", "kafka", "postgres", "redis", "influx")},
        "feed": health.get("feed") or stack["feed"],
        "market_time": health.get("market_time"),
        "processes": stack["processes"],
    }


def show_status(said: dict[str, Any]) -> None:
    """The same for people."""
    if not said["processes"]:
        output.print("nothing is running")
        return
    output.print("ready" if said["ready"] else "not ready")
    for name in EMPTY:
        output.print(f"{name:12} {said[name] or '-'}", markup=False, soft_wrap=True)
    table = Table("process", "pid", "state", "restarts")
    for row in said["processes"]:
        table.add_row(row["name"], str(row["pid"] or "-"), row["state"], str(row["restarts"]))
    output.print(table)
