"""Keys: their secrets, scopes and accounts."""

from __future__ import annotations

import pytest

from services.gateway.core.keys import Scope, hash_of, parsed_scopes
from services.gateway.core.problems import Problem
from tests.fakes.gateway_rows import SECRET, key_of


def test_only_the_secret_itself_opens() -> None:
    key = key_of("PK", "a-1", ("read",))
    assert key.is_secret(SECRET)
    assert not key.is_secret(SECRET + "x")
    assert not key.is_secret(hash_of(SECRET))


def test_a_key_does_what_its_scopes_say() -> None:
    key = key_of("PK", "a-1", ("read", "trade"))
    key.require(Scope.TRADE)
    with pytest.raises(Problem) as refused:
        key.require(Scope.RISK)
    assert refused.value.status == 403


def test_a_trading_key_is_bound_to_its_account() -> None:
    key = key_of("PK", "a-1", ("read",))
    assert key.account(None) == "a-1"
    assert key.account("a-1") == "a-1"
    with pytest.raises(Problem) as refused:
        key.account("a-2")
    assert refused.value.status == 403


def test_an_administrators_key_names_an_account_each_time() -> None:
    key = key_of("PK", None, ("read",))
    assert key.account("a-2") == "a-2"
    with pytest.raises(Problem, match="account is required"):
        key.account(None)


def test_scopes_are_words_that_are_known() -> None:
    assert parsed_scopes(["trade", "read", "read"]) == ("read", "trade")
    for words in ([], ["root"]):
        with pytest.raises(Problem):
            parsed_scopes(words)
