"""How many answers are made at once, and how many questions wait."""

from __future__ import annotations

import asyncio

import pytest

from service.errors import Overloaded
from service.limits.queue import Queue
from service.settings import LimitSettings


class Crowd:
    """Askers that keep their place until they are let go."""

    def __init__(self, **limits: float) -> None:
        self.queue = Queue(LimitSettings(**limits))  # type: ignore[arg-type]
        self.order: list[int] = []

    async def ask(self, number: int, go: asyncio.Event) -> None:
        async with self.queue.place():
            self.order.append(number)
            await go.wait()

    async def asking(self, number: int, go: asyncio.Event) -> asyncio.Task[None]:
        task = asyncio.create_task(self.ask(number, go))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return task


async def test_so_many_are_answered_and_the_others_wait_in_turn() -> None:
    crowd, go = Crowd(at_once=2, waiting=3), asyncio.Event()
    tasks = [await crowd.asking(n, go) for n in range(5)]
    assert (crowd.queue.in_flight, crowd.queue.waiting, crowd.order) == (2, 3, [0, 1])
    with pytest.raises(Overloaded):
        await crowd.ask(5, go)
    go.set()
    await asyncio.gather(*tasks)
    assert (crowd.queue.in_flight, crowd.queue.waiting, crowd.order) == (0, 0, [0, 1, 2, 3, 4])


async def test_whoever_waits_too_long_is_refused_and_leaves_the_queue() -> None:
    crowd, go = Crowd(at_once=1, waiting=1, wait=0.02), asyncio.Event()
    first = await crowd.asking(0, go)
    with pytest.raises(Overloaded, match="ask it again") as refused:
        await crowd.ask(1, go)
    assert 1 <= refused.value.retry_after <= 60
    assert crowd.queue.waiting == 0
    go.set()
    await first
    await crowd.ask(2, go)
    assert crowd.queue.in_flight == 0


async def test_nobody_overtakes_the_queue() -> None:
    crowd, first_goes, go = Crowd(at_once=1, waiting=5), asyncio.Event(), asyncio.Event()
    first = await crowd.asking(0, first_goes)
    second = await crowd.asking(1, go)
    first_goes.set()
    await first
    third = await crowd.asking(2, go)
    assert crowd.order == [0, 1]
    go.set()
    await asyncio.gather(second, third)


async def test_a_place_is_not_lost_where_its_turn_and_its_leaving_come_together() -> None:
    crowd, first_goes, go = Crowd(at_once=1, waiting=5), asyncio.Event(), asyncio.Event()
    first = await crowd.asking(0, first_goes)
    leaving = await crowd.asking(1, go)
    staying = await crowd.asking(2, go)
    first_goes.set()
    await asyncio.sleep(0)
    leaving.cancel()
    go.set()
    await asyncio.gather(first, leaving, staying, return_exceptions=True)
    assert (crowd.queue.in_flight, crowd.queue.waiting) == (0, 0)


async def test_hundreds_that_leave_at_any_moment_leave_nothing_behind() -> None:
    crowd, go = Crowd(at_once=3, waiting=400, wait=0.03), asyncio.Event()
    go.set()
    tasks = [asyncio.create_task(crowd.ask(n, go)) for n in range(300)]
    for n, task in enumerate(tasks):
        if n % 3:
            asyncio.get_running_loop().call_later((n % 7) / 1000, task.cancel)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (crowd.queue.in_flight, crowd.queue.waiting) == (0, 0)
    await asyncio.wait_for(crowd.ask(999, go), 1)
