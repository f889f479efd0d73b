"""How much one asker may ask in a while."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.errors import TooManyRequests
from service.identity import Identity
from service.settings import LimitSettings


class Rates:
    """Counts what each asker asked, in memory: by name, or by address where nobody was asked who they are."""

    def __init__(self, settings: LimitSettings) -> None:
        counted = ((RateLimitItemPerMinute, settings.per_minute), (RateLimitItemPerDay, settings.per_day))
        self._items: list[RateLimitItem] = [kind(amount) for kind, amount in counted if amount]
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, asker: Identity) -> None:
        """Count one question. The owner of the data folder asks as much as they like.

        Raises:
            TooManyRequests: they have asked as much as they may; nothing was counted.
        """
        if asker.owner or not self._items:
            return
        who = ("name", asker.name) if asker.name is not None else ("address", asker.address or "")
        full = [one for one in self._items if not self._limiter.test(one, *who)]
        if full:
            seconds = max(math.ceil(self._limiter.get_window_stats(one, *who).reset_time - time.time()) for one in full)
            raise TooManyRequests(_sentence(full[-1], max(1, seconds)), max(1, seconds))
        for one in self._items:
            self._limiter.hit(one, *who)


def _sentence(item: RateLimitItem, seconds: int) -> str:
    window = "minute" if isinstance(item, RateLimitItemPerMinute) else "day"
    wait = f"{seconds} s" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
    return f"You have asked {item.amount} times in the last {window}, which is the most: ask again in {wait}."
