"""A call is tried again where it may succeed, while there is time, and later each time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from service.errors import Fault, ModelUnavailable
from service.models.base import Reply, Usage
from service.models.breaker import Breaker
from service.models.faults import retry_after
from service.models.retrying import RetryingModel

Try = str | ModelUnavailable | None


def fault(kind: Fault, after: float | None = None) -> ModelUnavailable:
    return ModelUnavailable(f"It is {kind}.", kind, after)


class Scripted:
    """A model of its own: each try is a list of pieces, with what it ends in; None is silence."""

    name = "scripted"

    def __init__(self, *tries: Sequence[Try]) -> None:
        self.tries, self.began, self.within, self.open = list(tries), list[float](), list[float | None](), 0

    def warm(self) -> None:
        """There is nothing to load."""

    def reply(self, system: str, user: str, within: float | None = None) -> Reply:
        usage = Usage()
        self.within.append(within)
        return Reply(self._pieces(self.tries.pop(0), usage), usage)

    async def _pieces(self, pieces: Sequence[Try], usage: Usage) -> AsyncGenerator[str, None]:
        self.began.append(time.monotonic())
        self.open += 1
        try:
            for piece in pieces:
                if isinstance(piece, ModelUnavailable):
                    raise piece
                if piece is None:
                    await asyncio.sleep(60)
                else:
                    yield piece
        finally:
            usage.prompt, usage.completion = 10, sum(isinstance(piece, str) for piece in pieces)
            self.open -= 1


async def written(model: Scripted, retries: int = 2, seconds: float = 5, share: float = 1) -> tuple[str, Usage]:
    reply = RetryingModel(model, Breaker(failures=100), retries, seconds, share).reply("system", "user")
    async with aclosing(reply.pieces) as pieces:
        return "".join([piece async for piece in pieces]), reply.usage


async def test_what_passes_is_tried_again_and_all_tries_are_paid_for() -> None:
    model = Scripted([fault("passing")], [fault("passing")], ["two ", "words"])
    text, usage = await written(model)
    assert text == "two words"
    assert (usage.prompt, usage.completion) == (30, 2)
    assert model.open == 0


async def test_each_wait_may_be_longer_than_the_one_before_and_differs() -> None:
    waits: list[list[float]] = []
    for _ in range(6):
        model = Scripted([fault("passing")], [fault("passing")], ["done"])
        await written(model)
        waits.append([b - a for a, b in zip(model.began, model.began[1:], strict=False)])
    assert all(first < 0.3 and second < 0.55 for first, second in waits)
    assert len({round(first, 4) for first, _ in waits}) > 1


@pytest.mark.parametrize("kind", ["lasting", "reply"])
async def test_what_would_fail_again_is_not(kind: Fault) -> None:
    model = Scripted([fault(kind)], ["never"])
    with pytest.raises(ModelUnavailable, match=kind):
        await written(model)
    assert len(model.began) == 1


async def test_only_so_often() -> None:
    model = Scripted(*[[fault("passing")]] * 5)
    with pytest.raises(ModelUnavailable, match="passing"):
        await written(model, retries=1)
    assert len(model.began) == 2


async def test_what_was_begun_is_not_begun_again() -> None:
    model = Scripted(["some ", fault("passing")], ["never"])
    with pytest.raises(ModelUnavailable, match="passing"):
        await written(model)
    assert len(model.began) == 1


async def test_a_wait_that_is_asked_for_is_kept_to() -> None:
    model = Scripted([fault("passing", 0.4)], ["done"])
    assert (await written(model))[0] == "done"
    assert 0.4 <= model.began[1] - model.began[0] < 3


async def test_a_wait_that_does_not_fit_is_not_begun() -> None:
    model, began = Scripted([fault("passing", 30)], ["never"]), time.monotonic()
    with pytest.raises(ModelUnavailable, match="passing"):
        await written(model)
    assert time.monotonic() - began < 10


async def test_tries_share_the_time_that_there_is() -> None:
    model = Scripted([fault("passing", 0.3)], ["done"])
    await written(model, seconds=2)
    first, second = model.within
    assert first is not None
    assert second is not None
    assert second < first - 0.25


async def test_where_another_model_follows_it_has_to_begin_within_its_share() -> None:
    model, began = Scripted([None], ["never"]), time.monotonic()
    with pytest.raises(ModelUnavailable, match="did not begin"):
        await written(model, seconds=2, share=0.5)
    assert 0.9 < time.monotonic() - began < 2
    assert model.open == 0


async def test_what_began_in_time_may_take_all_of_it() -> None:
    model = Scripted(["done"])
    assert (await written(model, seconds=2, share=0.5))[0] == "done"


async def test_a_silent_try_that_nobody_waits_for_is_hung_up_on() -> None:
    model = Scripted([None])
    asking = asyncio.create_task(written(model))
    await asyncio.sleep(0.05)
    assert model.open == 1
    asking.cancel()
    await asyncio.wait([asking])
    assert model.open == 0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("soon", None), ("7", 7), ("0.5", 0.5), ("-3", 0), ("nan", None), ("inf", None),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("Wed, 99 Oct 2015 07:28:00 GMT", None)],
)  # fmt: skip
def test_a_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_a_date_to_come_is_waited_for() -> None:
    told = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True))
    assert told is not None
    assert 28 < told <= 30


async def test_what_had_hardly_any_time_tells_nothing_of_the_endpoint() -> None:
    breaker = Breaker(failures=1, seconds=60)
    hurried = RetryingModel(Scripted([fault("passing")], [fault("passing")]), breaker, 0, 5)
    for within, state in ((0.2, "closed"), (5, "open")):
        reply = hurried.reply("system", "user", within)
        with pytest.raises(ModelUnavailable):
            await anext(reply.pieces)
        assert breaker.state == state
