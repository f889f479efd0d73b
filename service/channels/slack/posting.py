"""Which messages an answer has, kept as soon as Slack has them."""

from __future__ import annotations

import asyncio

from service.channels.slack.queue import Queue, Taken


class KeptPosting:
    """See `Posting`."""

    def __init__(self, queue: Queue, taken: Taken, messages: list[str]) -> None:
        self._queue, self._taken, self._before, self._now = queue, taken, tuple(messages), messages

    @property
    def number(self) -> int:
        """See `Posting.number`."""
        return self._taken.number

    @property
    def messages(self) -> tuple[str, ...]:
        """See `Posting.messages`."""
        return self._before

    async def posted(self, ts: str) -> None:
        """See `Posting.posted`."""
        if ts not in self._now:
            self._now.append(ts)
        await asyncio.to_thread(self._queue.note, self._taken, list(self._now))

    async def removed(self, ts: str) -> None:
        """See `Posting.removed`."""
        if ts in self._now:
            self._now.remove(ts)
            await asyncio.to_thread(self._queue.note, self._taken, list(self._now))
