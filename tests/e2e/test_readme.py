"""The README's examples, executed as printed, each in a shell of its own, on a running stack."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.stack import ROOT, Stack, wait_for

BLOCK = re.compile(r"<!-- run: (\w+) -->\n```(\w+)\n(.*?)```", re.DOTALL)
README = (ROOT / "README.md").read_text()
BLOCKS = {name: (language, text) for name, language, text in BLOCK.findall(README)}


def run(stack: Stack, name: str) -> str:
    """One block as a reader would run it: after the set-up, in the project's folder."""
    language, text = BLOCKS[name]
    setup = BLOCKS["setup"][1]
    program = setup + (text if language == "bash" else f".venv/bin/python - <<'END'\n{text}END\n")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", program],
        cwd=ROOT,
        env={**os.environ, "PLIMSOLL_STATE": str(stack.state)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    return done.stdout


def test_every_example_is_executed_by_a_test_of_this_file() -> None:
    text = Path(__file__).read_text()
    untried = [name for name in BLOCKS if name != "setup" and f'run(stack, "{name}")' not in text]
    assert untried == []
    assert {"setup", "curl", "alpaca", "denied", "watch", "cli"} <= set(BLOCKS)


def test_a_curl_order_is_answered_with_an_order_id_and_filled(stack: Stack) -> None:
    answer = json.loads(run(stack, "curl"))
    assert uuid.UUID(answer["id"])
    assert (answer["symbol"], answer["qty"]) == ("AIG", "100")
    with stack.client() as client:
        wait_for(
            lambda: client.get(f"/v2/orders/{answer['id']}").json()["status"],
            lambda status: status == "filled",
            20,
        )


def test_alpaca_py_buys_and_sees_it_filled(stack: Stack) -> None:
    order_id, status, quantity, *_ = run(stack, "alpaca").split()
    assert uuid.UUID(order_id)
    assert (status, quantity) == ("filled", "10")


def test_a_denial_is_answered_with_its_violations_and_read_by_the_console_consumer(
    stack: Stack,
) -> None:
    denied = json.loads(run(stack, "denied"))
    assert denied["code"] == 40310000
    assert denied["violations"]
    told = [json.loads(line) for line in run(stack, "watch").splitlines()]
    denials = [m["order"]["quantity"] for m in told if m["type"] == "OrderDenied"]
    assert "10000000" in denials


@pytest.mark.timeout(180)
def test_the_command_line_shows_an_orders_life(stack: Stack) -> None:
    said = run(stack, "cli")
    for word in ("asked to cancel 1 orders", "daily_loss_max", "symbol IBM: halted", "SubmitOrder"):
        assert word in said, said
    with stack.client() as client:
        listed = client.get("/v2/orders", params={"status": "all", "symbols": "IBM"}).json()
    assert [order["status"] for order in listed] == ["canceled"]
