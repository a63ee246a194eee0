"""Lines, functions and files have a largest size."""

from __future__ import annotations

import ast

from tests.tidy.tree import expect_none, findings, sources

LINE_MAX = 100
FUNCTION_MAX = 60
FILE_MAX = 300


def long_lines(text: str) -> list[str]:
    return [
        f"{number}: {len(line)} characters, at most {LINE_MAX}"
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > LINE_MAX
    ]


def long_functions(text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            size = node.end_lineno - node.lineno + 1
            if size > FUNCTION_MAX:
                found.append(f"{node.lineno}: {node.name} has {size} lines, at most {FUNCTION_MAX}")
    return found


def long_file(text: str) -> list[str]:
    size = len(text.splitlines())
    return [f"1: {size} lines, at most {FILE_MAX}"] if size > FILE_MAX else []


def test_no_line_is_longer_than_100_characters() -> None:
    expect_none(findings(sources(), long_lines))


def test_no_function_is_longer_than_60_lines() -> None:
    expect_none(findings(sources(), long_functions))


def test_no_file_is_longer_than_300_lines() -> None:
    expect_none(findings(sources(), long_file))


def test_the_rules_find_what_is_one_too_long_and_let_the_limit_pass() -> None:
    assert long_lines("x" * 100) == []
    assert long_lines("\n" + "x" * 101) == ["2: 101 characters, at most 100"]
    assert long_functions("def f():\n" + "    x = 1\n" * 59) == []
    assert long_functions("def f():\n" + "    x = 1\n" * 60) == ["1: f has 61 lines, at most 60"]
    assert long_file("x\n" * 300) == []
    assert long_file("x\n" * 301) == ["1: 301 lines, at most 300"]
