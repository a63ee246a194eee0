"""Nothing of one machine, one registry or one person stands in the tree."""

from __future__ import annotations

import re

from tests.tidy.tree import ROOT, expect_none, files, findings

MACHINE = re.compile(r"(?<![\w.~$}\]*-])/(root|work|home|Users)/[\w.]")
REGISTRY = re.compile(
    r"(py" + r"pi\.(org|io)|python" + r"hosted|repo1?\.maven|maven\.(org|apache)|central\.sonatype"
    r"|proxy\.go" + r"lang|sum\.go" + r"lang|registry\.(npm|yarn)|artifact" + r"ory|nex" + r"us\."
    r"|(extra-)?index" + r"-url\s*[= ]\s*http|GOPR" + r"OXY\s*=|find" + r"-links\s*[= ]\s*[\w./])",
    re.IGNORECASE,
)
SECRET = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}|\bxox[abp]-\w{10}"
    r"|\bsk[-_](live|test)[-_]\w{16}|://[\w-]+:[^\s@{}$<>\"'/]{3,}@"
    r"|\b(password|passwd|secret|token|api_key)\w*['\"]?\s*[:=]\s*['\"][A-Za-z0-9+/_=-]{24,}['\"])",
    re.IGNORECASE,
)


def matches(pattern: re.Pattern[str], text: str) -> list[str]:
    lines = enumerate(text.splitlines(), 1)
    return [f"{number}: {hit.group()}" for number, line in lines for hit in pattern.finditer(line)]


def test_no_path_of_a_machine_stands_in_the_tree() -> None:
    expect_none(findings(files(), lambda text: matches(MACHINE, text)))


def test_no_address_of_a_package_registry_stands_in_the_tree() -> None:
    expect_none(findings(files(), lambda text: matches(REGISTRY, text)))


def test_nothing_in_the_tree_looks_like_a_secret() -> None:
    expect_none(findings(files(), lambda text: matches(SECRET, text)))


def test_every_package_in_the_lock_has_a_version_and_a_hash_and_none_an_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text and "--index" not in text
    assert unhashed(text) == []


def unhashed(lock: str) -> list[str]:
    """Requirements of a lock file without a version or a hash."""
    lines = [line for line in lock.splitlines() if not line.strip().startswith("#")]
    wanted = re.split(r"\n(?=\S)", "\n".join(lines).strip())
    return [w.split()[0] for w in wanted if "==" not in w or "--hash=sha256:" not in w]


def test_the_rules_find_bad_samples_and_only_those() -> None:
    slash = "/"
    for bad in (slash + "root/.cache", "cd " + slash + "work/main", '"' + slash + 'home/ann/x"'):
        assert len(matches(MACHINE, bad)) == 1, bad
    for good in ("tests/work/x", "~/home/x", "http://host/home/x", "$HOME/work/x", "/v2/orders"):
        assert matches(MACHINE, good) == [], good
    for bad in ("https://py" + "pi.org/simple", "index" + "-url = https://x", "GOPR" + "OXY=x"):
        assert len(matches(REGISTRY, bad)) == 1, bad
    assert matches(REGISTRY, "Kafka from Maven Central, Redis from PyPI") == []
    hidden = "q7Zk3" * 6
    for bad in (f'secret = "{hidden}"', "postgresql://u" + ":hunter2@h/db", "AKIA" + "A1" * 8):
        assert len(matches(SECRET, bad)) == 1, bad
    for good in ("postgresql://{role}:{password}@{host}/db", 'secret = "shown once"'):
        assert matches(SECRET, good) == [], good
    assert unhashed("a==1 \\\n    --hash=sha256:0\n    # via b\nb>=2\nc==1\n") == ["b>=2", "c==1"]
