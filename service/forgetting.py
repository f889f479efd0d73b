"""Lets go of what was kept: of one person's at once, of what is old by and by."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.errors import FootnoteError
from ingest.index.database import Tables
from ingest.index.mark import seen_to_change
from service import idempotency
from service.audit.log import AuditLog
from service.conversations.erasing import Erased, erase, expire
from service.conversations.store import Conversations
from service.limits.budget import Budget
from service.limits.spending import Spending
from service.settings.keep import KeepSettings

_log = logging.getLogger(__name__)
_EVERY = 3600.0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of each were deleted of a person.

    `requests` are writes that would have been answered again, `uses` lines of when they came and from where, `days`
    those on which they spent something. `wiped` where no byte of it all is left in the catalogue's file.
    """

    name: str
    conversations: int
    answers: int
    feedback: int
    requests: int
    uses: int
    days: int
    wiped: bool


@dataclass(frozen=True, slots=True)
class Room:
    """What else is kept of people: its tables, and what deletes from them what is somebody's, over a connection."""

    tables: Tables
    erase: Callable[[Any, str], object]


def forget_person(
    conversations: Conversations, audit: AuditLog, spending: Budget | Spending, name: str, rooms: Sequence[Room] = ()
) -> Forgotten:
    """Delete what was kept of somebody in one transaction, also in other `rooms`, then write the file anew. Blocking.

    The audit log keeps what they changed, not when they came and from where; what they spent is nobody's from now on.

    Raises:
        TransientError: nothing was deleted: another process writes, or the disk is full.
    """
    for room in (conversations, audit, spending):
        room.prepare()
    conversations.settle()
    audit.settle()
    for tables in (idempotency.TABLES, *(other.tables for other in rooms)):
        conversations.catalogue.hold(tables)
    days = spending.forget(name)
    with conversations.catalogue.erasing() as connection:
        requests = idempotency.erase(connection, name)
        erased = erase(connection, name)
        for other in rooms:
            other.erase(connection, name)
        uses = audit.erase_uses(connection, name)
        seen_to_change(connection)  # no process gives their answers again
    wiped = _wiped(conversations, rewrite=True)
    return Forgotten(name, erased.conversations, erased.answers, erased.feedback, requests, uses, days, wiped)


def forget_older(conversations: Conversations, days: float) -> Erased:
    """Delete answers that are older than so many days. Blocking. Raises as `forget_person` does."""
    conversations.settle()
    erased = expire(conversations, days)
    if erased.answers:
        _wiped(conversations)
    return erased


class Retention:
    """Deletes what is older than the settings let it be, now and every hour, in a thread of its own."""

    def __init__(self, conversations: Conversations, audit: AuditLog, settings: KeepSettings) -> None:
        self._conversations, self._audit, self._settings = conversations, audit, settings
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="footnote-retention", daemon=True)

    def start(self) -> None:
        """Begin, if there is anything that may grow old."""
        if self._settings.days is not None or self._settings.audit_days is not None:
            self._thread.start()

    def stop(self) -> None:
        """Stop after what is being deleted. Blocking."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._once()
            except FootnoteError as error:
                _log.warning("What is too old is kept for another hour. %s", error)
            except Exception:
                _log.exception("what is too old is kept for another hour")
            if self._stopping.wait(_EVERY):
                return

    def _once(self) -> None:
        days, audit_days = self._settings.days, self._settings.audit_days
        erased = forget_older(self._conversations, days) if days is not None else Erased(0, 0, 0)
        lines = self._audit.expire(audit_days) if audit_days is not None else 0
        if erased.answers:
            self._audit.note(None, "answers.expired", f"{erased.answers} of more than {days} days")
        if lines:
            _log.info("%d lines of the audit log were deleted for their age.", lines)


def _wiped(conversations: Conversations, rewrite: bool = False) -> bool:
    """Leave no byte of what was deleted in the file and its log; what stands in the way is logged."""
    catalogue = conversations.catalogue
    try:
        done = catalogue.compact() if rewrite else catalogue.checkpoint()
    except FootnoteError as error:
        _log.warning("What was deleted may be left in the file's free space. %s", error)
        return False
    if not done:
        _log.warning("What was deleted may be left in the log of the catalogue until nobody reads it.")
    return done
