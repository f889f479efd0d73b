"""The budget of the day: past it no model is asked, and answers are quotes.

What is being spent is reserved, so that answers made at the same time cannot all take the same rest; when one is done,
what it took is settled and written behind its back. Processes see of each other what was settled.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.errors import FootnoteError, TransientError
from ingest.index import Catalogue
from service.limits.spending import Account, Line, Spending, Spent
from service.models.base import Usage
from service.settings import LimitSettings, Settings

_log = logging.getLogger(__name__)
# What the rules and six passages take, about; what is not known before is reserved rather high.
_PROMPT = 2500


@dataclass(frozen=True, slots=True, eq=False)
class Reserved:
    """A part of the budget for one answer, to be settled; without `granted` it is used up, and none was taken."""

    account: Account
    granted: bool
    estimate: Spent


class Budget:
    """Counts for one process. Safe to share between threads."""

    def __init__(
        self,
        catalogue: Catalogue,
        limits: LimitSettings,
        estimate: Spent,
        today: Callable[[], str] = lambda: datetime.now(UTC).date().isoformat(),
    ) -> None:
        """`estimate` is what one answer may take; `today` gives the day (UTC)."""
        self._today = today
        self._spending, self._limits, self._estimate = Spending(catalogue), limits, estimate
        self._limited = any(
            (limits.tokens_per_day, limits.cost_per_day, limits.all_tokens_per_day, limits.all_cost_per_day)
        )
        self._lock = threading.Lock()
        self._reserved: defaultdict[Account, Spent] = defaultdict(Spent)
        self._waiting: defaultdict[Account, Spent] = defaultdict(Spent)
        self._written = 0
        self._scheduled = self._prepared = False
        self._total = Spent()
        self._reader = ThreadPoolExecutor(1, "footnote-budget-read")
        self._writer = ThreadPoolExecutor(1, "footnote-budget")

    @property
    def total(self) -> Spent:
        """What this process spent since it began."""
        return self._total

    def prepare(self) -> None:
        """Make the table, unless it is there."""
        if not self._prepared:
            self._spending.prepare()
            self._prepared = True

    def close(self) -> None:
        """Write what still waits to be."""
        self._writer.submit(self._write)
        self._writer.shutdown()
        self._reader.shutdown()
        if self._waiting:
            _log.error("What models cost could not be written down: %s", dict(self._waiting))

    async def reserve(self, asker: str | None) -> Reserved:
        """A part of the day's budget for one answer, if any is left to the asker and to all together."""
        account = Account(self._today(), asker or "")
        if not self._limited:
            return Reserved(account, True, Spent())
        taking = asyncio.get_running_loop().run_in_executor(self._reader, self._take, account)
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:  # nobody is there to settle it
            taking.add_done_callback(lambda taken: self.settle(taken.result(), Usage()))
            raise

    def settle(self, reserved: Reserved, used: Usage) -> None:
        """Give back what was reserved, and count what was used. Does not block."""
        took = Spent(used.prompt, used.completion, used.cost or 0.0, 1)
        with self._lock:
            if reserved.granted and self._limited:
                left = self._reserved.pop(reserved.account) - reserved.estimate
                if left.answers:
                    self._reserved[reserved.account] = left
            if not took.tokens and not took.cost:
                return
            self._waiting[reserved.account] += took
            self._total += took
            if self._scheduled:
                return
            self._scheduled = True
        self._writer.submit(self._write)

    def lines(self, since: str, asker: str | None, limit: int, after: Account | None = None) -> list[Line]:
        """What was spent, as `Spending.lines` has it, with what was settled just now. Blocking."""
        self._writer.submit(self._write).result()
        self.prepare()
        return self._spending.lines(since, asker, limit, after)

    def forget(self, asker: str) -> int:
        """Give what somebody spent to nobody in particular; how many days that were. Blocking."""
        self._writer.submit(self._write).result()
        self.prepare()
        return self._spending.forget(asker)

    def _take(self, account: Account) -> Reserved:
        """Read again where something was written between reading and deciding: it would be missed."""
        while True:
            with self._lock:
                written = self._written
            own, every = self._kept(account)
            with self._lock:
                if written != self._written:
                    continue
                for counted in (self._waiting, self._reserved):
                    own += counted.get(account, Spent())
                    for other, one in counted.items():
                        every += one if other.day == account.day else Spent()
                if self._used_up(own, every):
                    return Reserved(account, False, Spent())
                self._reserved[account] += self._estimate
                return Reserved(account, True, self._estimate)

    def _kept(self, account: Account) -> tuple[Spent, Spent]:
        try:
            self.prepare()
            return self._spending.of(account)
        except FootnoteError as error:
            _log.warning("What was spent today cannot be read: this process counts alone. %s", error)
            return Spent(), Spent()

    def _used_up(self, own: Spent, every: Spent) -> bool:
        limits = self._limits
        return (
            0 < limits.tokens_per_day <= own.tokens
            or 0 < limits.cost_per_day <= own.cost
            or 0 < limits.all_tokens_per_day <= every.tokens
            or 0 < limits.all_cost_per_day <= every.cost
        )

    def _write(self) -> None:
        with self._lock:
            self._scheduled = False
            writing = dict(self._waiting)
        if not writing:
            return
        try:
            self.prepare()
            self._spending.add(writing)
        except FootnoteError as error:
            _log.warning("What models cost is written down later. %s", error)
            return
        except Exception:
            _log.exception("what models cost is written down later")
            return
        with self._lock:
            self._written += 1
            for account, took in writing.items():
                left = self._waiting.pop(account) - took
                if left.answers:
                    self._waiting[account] = left


def open_budget(catalogue: Catalogue, settings: Settings) -> Budget:
    """That of a catalogue. Where it cannot be written now, it is later.

    Raises:
        IndexUnavailable: a newer Footnote wrote it, or the file is damaged.
    """
    chat = settings.chat
    prompt = min(_PROMPT, max(0, chat.context_window - chat.max_tokens))
    cost = (prompt * (chat.price_input or 0) + chat.max_tokens * (chat.price_output or 0)) / 1_000_000
    budget = Budget(catalogue, settings.limits, Spent(prompt, chat.max_tokens, cost, 1))
    try:
        budget.prepare()
    except TransientError as error:
        _log.warning("What models cost cannot be written down. %s", error)
    return budget
