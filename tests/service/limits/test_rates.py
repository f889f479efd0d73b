"""How much one asker may ask in a while."""

from __future__ import annotations

import pytest

from service.errors import TooManyRequests
from service.identity import Identity
from service.limits.rates import Rates
from service.settings import LimitSettings


def taken(rates: Rates, asker: Identity, times: int = 10) -> int:
    """How often somebody got through."""
    through = 0
    for _ in range(times):
        try:
            rates.take(asker)
        except TooManyRequests:
            continue
        through += 1
    return through


def test_each_asker_has_their_own_count() -> None:
    rates = Rates(LimitSettings(per_minute=3))
    assert taken(rates, Identity(name="bot")) == 3
    assert taken(rates, Identity(name="widget", address="10.0.0.1")) == 3
    assert taken(rates, Identity(name="widget", address="10.0.0.2")) == 0
    assert taken(rates, Identity(address="10.0.0.1")) == 3
    assert taken(rates, Identity(address="10.0.0.2")) == 3


def test_a_name_that_looks_like_an_address_is_another_asker() -> None:
    rates = Rates(LimitSettings(per_minute=1))
    assert taken(rates, Identity(name="10.0.0.1")) == 1
    assert taken(rates, Identity(address="10.0.0.1")) == 1


def test_it_is_said_when_to_ask_again() -> None:
    rates = Rates(LimitSettings(per_minute=1))
    rates.take(Identity(name="bot"))
    with pytest.raises(TooManyRequests, match=r"asked 1 times in the last minute, .* again in \d+ s\.") as refused:
        rates.take(Identity(name="bot"))
    assert 50 < refused.value.retry_after <= 60


def test_the_longer_limit_that_is_reached_says_when() -> None:
    rates = Rates(LimitSettings(per_minute=5, per_day=2))
    assert taken(rates, Identity(name="bot")) == 2
    with pytest.raises(TooManyRequests, match="last day") as refused:
        rates.take(Identity(name="bot"))
    assert refused.value.retry_after > 80_000


def test_what_was_refused_does_not_count() -> None:
    rates = Rates(LimitSettings(per_minute=2, per_day=3))
    assert taken(rates, Identity(name="bot"), 50) == 2


def test_zero_is_no_limit_and_the_owner_has_none() -> None:
    assert taken(Rates(LimitSettings(per_minute=0)), Identity(name="bot"), 2000) == 2000
    assert taken(Rates(LimitSettings(per_minute=1)), Identity(owner=True), 50) == 50
