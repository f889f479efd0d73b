"""What models cost is counted by asker and day, in one file for all processes, and never far past its limit."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.index import Catalogue
from service.limits.budget import Budget
from service.limits.spending import Account, Spent
from service.models.base import Usage
from service.settings import LimitSettings

ESTIMATE = Spent(60, 40, 0.01, 1)
TODAY = "2026-05-31"


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path, create=True)
    yield opened
    opened.close()


def budget(catalogue: Catalogue, day: str = TODAY, **limits: Any) -> Budget:
    return Budget(catalogue, LimitSettings(**limits), ESTIMATE, lambda: day)


async def spend(own: Budget, asker: str | None, tokens: int, cost: float | None = None) -> bool:
    """Whether it was granted; what is not granted spends nothing."""
    reserved = await own.reserve(asker)
    own.settle(reserved, Usage(tokens, 0, cost=cost) if reserved.granted else Usage())
    return reserved.granted


async def test_each_asker_has_a_budget_of_tokens_a_day(catalogue: Catalogue) -> None:
    own = budget(catalogue, tokens_per_day=100)
    assert [await spend(own, "ann", 50) for _ in range(4)] == [True, True, False, False]
    assert await spend(own, "bob", 150)
    assert not await spend(own, "bob", 1)
    tomorrow = budget(catalogue, "2026-06-01", tokens_per_day=100)
    assert await spend(tomorrow, "ann", 1)
    own.close()


async def test_who_did_not_show_who_they_are_count_together(catalogue: Catalogue) -> None:
    own = budget(catalogue, tokens_per_day=100)
    assert [await spend(own, None, 100), await spend(own, None, 100)] == [True, False]
    assert [(x.asker, x.spent.tokens) for x in own.lines(TODAY, None, 9)] == [(None, 100)]


async def test_a_budget_may_be_of_cost_and_of_all_askers_together(catalogue: Catalogue) -> None:
    own = budget(catalogue, cost_per_day=0.5)
    assert [await spend(own, "ann", 10, 0.5), await spend(own, "ann", 10, 0.5)] == [True, False]
    together = budget(catalogue, all_tokens_per_day=40)
    assert [await spend(together, name, 15) for name in ("bob", "cid", "dan")] == [True, True, False]
    costly = budget(catalogue, "2026-06-01", all_cost_per_day=0.2)
    assert [await spend(costly, name, 1, 0.2) for name in ("bob", "cid")] == [True, False]


async def test_without_a_limit_all_is_granted_and_counted(catalogue: Catalogue) -> None:
    own = budget(catalogue)
    for _ in range(3):
        assert await spend(own, "ann", 1_000_000, 2.5)
    assert [x.spent for x in own.lines(TODAY, "ann", 9)] == [Spent(3_000_000, 0, 7.5, 3)]
    assert own.total == Spent(3_000_000, 0, 7.5, 3)


async def test_what_is_asked_at_once_cannot_all_take_the_same_rest(catalogue: Catalogue) -> None:
    own = budget(catalogue, tokens_per_day=350)
    reserved = await asyncio.gather(*(own.reserve("ann") for _ in range(50)))
    granted = [one for one in reserved if one.granted]
    assert len(granted) == 4  # 400: past the limit by less than one of them
    for one in granted:
        own.settle(one, Usage(50, 0))
    assert (await own.reserve("ann")).granted


async def test_what_was_reserved_is_given_back_where_nothing_was_spent_or_nobody_waited(catalogue: Catalogue) -> None:
    own = budget(catalogue, tokens_per_day=100)
    for _ in range(5):
        assert await spend(own, "ann", 0)
    for _ in range(5):
        asking = asyncio.create_task(own.reserve("ann"))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
    await asyncio.sleep(0.1)
    assert await spend(own, "ann", 100)
    assert own.lines("2026-01-01", None, 9)[0].spent == Spent(100, 0, 0, 1)


async def test_it_outlives_the_process(catalogue: Catalogue, tmp_path: Path) -> None:
    own = budget(catalogue, tokens_per_day=100)
    assert await spend(own, "ann", 100)
    own.close()
    again = Catalogue(tmp_path)
    assert not await spend(budget(again, tokens_per_day=100), "ann", 1)
    again.close()


def test_processes_see_what_the_others_settled(catalogue: Catalogue, tmp_path: Path) -> None:
    program = f"""
import asyncio
from pathlib import Path
from ingest.index import Catalogue
from service.limits.budget import Budget
from service.limits.spending import Spent
from service.models.base import Usage
from service.settings import LimitSettings
own = Budget(Catalogue(Path({str(tmp_path)!r})), LimitSettings(), Spent(), lambda: {TODAY!r})
async def spend():
    for _ in range(40):
        own.settle(await own.reserve("ann"), Usage(3, 2, cost=0.25))
asyncio.run(spend())
own.close()
"""
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait(30) for process in processes] == [0, 0, 0]
    own = budget(catalogue, tokens_per_day=600)
    assert [x.spent for x in own.lines(TODAY, "ann", 9)] == [Spent(360, 240, 30.0, 120)]
    assert not asyncio.run(spend(own, "ann", 1))


async def test_while_another_process_writes_nobody_waits_and_nothing_is_lost(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    own = budget(catalogue, tokens_per_day=100)
    own.prepare()
    other = sqlite3.connect(tmp_path / "catalogue.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert [await spend(own, "ann", 60) for _ in range(3)] == [True, True, False]
    assert time.monotonic() - began < 3
    other.execute("COMMIT")
    other.close()
    own.close()
    assert budget(catalogue).lines(TODAY, "ann", 9)[0].spent.tokens == 120


async def test_a_person_is_forgotten_and_the_sums_stay(catalogue: Catalogue) -> None:
    own = budget(catalogue)
    for asker in ("ann", None, "bob"):
        await spend(own, asker, 10)
    assert own.forget("ann") == 1
    assert [(x.asker, x.spent.tokens) for x in own.lines(TODAY, None, 9)] == [("bob", 10), (None, 20)]


async def test_lines_come_newest_first_and_go_on_behind_one(catalogue: Catalogue) -> None:
    for day in ("2026-05-29", "2026-05-30", TODAY):
        own = budget(catalogue, day)
        for asker in ("ann", "bob"):
            await spend(own, asker, 1)
        own.close()
    own = budget(catalogue)
    assert [(x.day, x.asker) for x in own.lines("2026-05-30", None, 9)] == [
        (TODAY, "bob"), (TODAY, "ann"), ("2026-05-30", "bob"), ("2026-05-30", "ann"),
    ]  # fmt: skip
    behind = own.lines("2026-05-29", None, 2, Account(TODAY, "ann"))
    assert [(x.day, x.asker) for x in behind] == [("2026-05-30", "bob"), ("2026-05-30", "ann")]
    assert [x.day for x in own.lines("2026-05-01", "bob", 9)] == [TODAY, "2026-05-30", "2026-05-29"]
