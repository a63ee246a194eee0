"""Words that are not used, each with what to write instead."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable

from tests.tidy.tree import cores, expect_none, findings, is_core, name, sources

IN_A_CORE = {
    r"\bdatetime\s*\.\s*(now|utcnow|today)\b": "`at`, which comes in with the message",
    r"\btime\s*\.\s*(time|time_ns|monotonic|monotonic_ns|sleep)\b": "`at`",
    r"^\s*(import|from)\s+(random|secrets)\b": "a number that comes in with the message",
    r"\buuid[14]\b": "derived_id, made from what was handled",
    r"\bos\s*\.\s*environ\b": "a setting that comes in",
}
IN_A_CORE_WITH_MONEY = {r"(?<![\w.])float\s*\(": "Decimal"}
IN_A_SERVER = {r"(?<![\w.])print\s*\(": "log"}
ANYWHERE = {
    r"^\s*(from|import)\s+jose\b": "PyJWT (python-jose confuses keys and algorithms)",
    r"^\s*(from|import)\s+(ib_insync|passlib|kafka)\b": "ib_async, pwdlib, aiokafka",
}
MONEY_ROOMS = ("risk", "oms", "venue", "portfolio", "gateway")
LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
EXEMPT = re.compile(r"#\s*tidy: \w.*")  # a reason on the line itself lets a word pass
WRITES_DOCUMENTS = ("shared/catalogue.py",)


def code(text: str) -> list[str]:
    """The lines with strings, comments and exempt lines blanked."""
    lines = text.splitlines()
    exempt = [row for row, line in enumerate(lines) if EXEMPT.search(line)]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            (first, start), (last, end) = token.start, token.end
            for row in range(first, last + 1):
                line = lines[row - 1]
                left = start if row == first else 0
                right = end if row == last else len(line)
                lines[row - 1] = line[:left] + " " * (right - left) + line[right:]
    return ["" if row in exempt else line for row, line in enumerate(lines)]


def words(banned: dict[str, str], text: str) -> list[str]:
    return [
        f"{number}: {found.group().strip()}: write {instead}"
        for number, line in enumerate(code(text), 1)
        for pattern, instead in banned.items()
        for found in re.finditer(pattern, line)
    ]


def promises(text: str) -> list[str]:
    """Work put off in a comment; it belongs in an issue."""
    lines = enumerate(text.splitlines(), 1)
    return [
        f"{number}: {found.group()}" for number, line in lines for found in LATER.finditer(line)
    ]


def swallowed(text: str) -> list[str]:
    """Handlers that catch everything and say nothing."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        if node.type is None:
            found.append(f"{node.lineno}: bare except: name the errors")
        elif _all_errors(node.type) and all(_says_nothing(line) for line in node.body):
            found.append(f"{node.lineno}: every error is swallowed: let it end the process")
    return sorted(found)


def _all_errors(kind: ast.expr) -> bool:
    kinds: Iterable[ast.expr] = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(k, ast.Name) and k.id in ("Exception", "BaseException") for k in kinds)


def _says_nothing(line: ast.stmt) -> bool:
    if isinstance(line, ast.Expr):
        return isinstance(line.value, ast.Constant)
    return isinstance(line, ast.Pass | ast.Continue | ast.Break)


def test_a_core_asks_no_clock_no_chance_and_no_environment() -> None:
    expect_none(findings(cores(), lambda text: words(IN_A_CORE, text)))


def test_money_in_a_core_is_never_a_float() -> None:
    rooms = tuple(f"services/{room}/core/" for room in MONEY_ROOMS)
    paths = (path for path in cores() if name(path).startswith(rooms))
    expect_none(findings(paths, lambda text: words(IN_A_CORE_WITH_MONEY, text)))


def test_servers_log_and_do_not_print() -> None:
    paths = (path for path in sources() if name(path).startswith(("services/", "shared/")))
    paths = (path for path in paths if name(path) not in WRITES_DOCUMENTS)
    expect_none(findings(paths, lambda text: words(IN_A_SERVER, text)))


def test_forbidden_packages_are_not_imported() -> None:
    expect_none(findings(sources(), lambda text: words(ANYWHERE, text)))


def test_no_work_is_put_off_in_a_comment() -> None:
    expect_none(findings(sources(), promises))


def test_no_error_is_swallowed() -> None:
    expect_none(findings(sources(), swallowed))


def test_the_rules_find_bad_samples_and_only_those() -> None:
    assert words(IN_A_CORE, "a = datetime.now(UTC)") == [
        "1: datetime.now: write `at`, which comes in with the message"
    ]
    for bad in ("time.time()", "import random", "x = uuid4()", "os.environ['A']", "time.sleep(1)"):
        assert len(words(IN_A_CORE, bad)) == 1, bad
    for good in ("'''time.time()'''", "# uuid4", "runtime.time_s", "market_time.at"):
        assert words(IN_A_CORE, good) == [], good
    assert len(words(IN_A_CORE_WITH_MONEY, "x = float(price)")) == 1
    assert words(IN_A_CORE_WITH_MONEY, "x: float = as_float(price)") == []
    assert words(IN_A_CORE_WITH_MONEY, "x = float(price)  # tidy: a bound, not money") == []
    assert len(words(IN_A_CORE_WITH_MONEY, "x = float(price)  # tidy:")) == 1
    assert len(words(IN_A_SERVER, "print('x')")) == 1
    assert words(IN_A_SERVER, "pretty.print('x'); blueprint(1)") == []
    assert len(words(ANYWHERE, "from jose import jwt")) == 1
    assert promises("x = 1  # TO" + "DO: later") == ["1: TO" + "DO"]
    assert swallowed("try:\n    f()\nexcept:\n    raise\n") == ["3: bare except: name the errors"]
    assert len(swallowed("try:\n    f()\nexcept Exception:\n    pass\n")) == 1
    assert swallowed("try:\n    f()\nexcept OSError:\n    pass\n") == []
    assert swallowed("try:\n    f()\nexcept Exception as error:\n    log(error)\n") == []
    assert is_core("services/risk/core/checks/order_notional.py")
    assert not is_core("services/risk/handlers.py")
