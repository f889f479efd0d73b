"""Writes the audit log behind everybody's back, and reads it page by page. Nothing in it is ever changed."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select

from ingest.errors import FootnoteError, TransientError
from ingest.index import Catalogue
from ingest.index.catalogue.store import now
from service.audit.entry import ACCESS_REFUSED, CREDENTIALS_REFUSED, KEY_USED, OWNER, Entry, Outcome
from service.audit.schema import TABLES, audit
from service.audit.seen import Seen, is_round
from service.telemetry.context import requested

if TYPE_CHECKING:
    from service.identity.identity import Identity

_log = logging.getLogger(__name__)
# Lines that wait while another process holds the file; more than these are lost, and the service's log says so.
_MOST_WAITING = 10_000
_LONGEST = 500


class AuditLog:
    """Lines in the catalogue's file. Safe to share between threads and processes.

    `note`, `used`, `refused` and `denied` never wait and never fail; the others may raise TransientError or
    IndexUnavailable.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._writer = ThreadPoolExecutor(1, "footnote-audit")
        self._waiting: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._prepared = self._scheduled = False
        self._seen = Seen()

    def prepare(self) -> None:
        """Make the table, unless it is there."""
        with self._lock:
            if not self._prepared:
                self._catalogue.hold(TABLES)
                self._prepared = True

    def close(self) -> None:
        """Write what still waits to be."""
        self._writer.submit(self._write)
        self._writer.shutdown()
        if self._waiting:
            _log.error("The audit log lost %d line(s): %s", len(self._waiting), _told(self._waiting))

    def settle(self) -> None:
        """Wait until what was noted before is written."""
        self._writer.submit(lambda: None).result()

    def note(
        self,
        asker: Identity | None,
        action: str,
        target: str | None = None,
        request_id: str | None = None,
        outcome: Outcome = "done",
    ) -> None:
        """Write down that somebody did something; `target` is an id or a name, never a text and never a secret.

        `request_id`: default, that of the request that is being served.
        """
        who = None if asker is None else OWNER if asker.owner else asker.name
        client = None if asker is None else asker.address
        self._add(who, action, target, outcome, request_id, client)

    def used(self, asker: Identity) -> None:
        """Write down that somebody showed who they are: the first time a day from an address."""
        if asker.name is None:
            return
        times = self._seen.times(now()[:10], (asker.name, asker.key, asker.address))
        if times == 1:
            self.note(asker, KEY_USED, asker.key)

    def refused(self, client: str | None) -> None:
        """Write down that what an address showed is not good: the first time a day, the tenth, the hundredth …"""
        times = self._seen.times(now()[:10], (CREDENTIALS_REFUSED, client))
        if is_round(times):
            self._add(None, CREDENTIALS_REFUSED, None, "refused", None, client, times)

    def denied(self, asker: Identity, method: str, route: str, path: str) -> None:
        """Write down that somebody tried what they may not do: the first time a day, the tenth, the hundredth …

        Counted for each asker, address and route; `path` is the one of them that the line names.
        """
        times = self._seen.times(now()[:10], (ACCESS_REFUSED, asker.name, asker.address, method, route))
        if is_round(times):
            self._add(asker.name, ACCESS_REFUSED, f"{method} {path}", "refused", None, asker.address, times)

    def listed(
        self,
        limit: int,
        before: int | None = None,
        who: str | None = None,
        action: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> list[Entry]:
        """The newest lines that fit, newest first: of one person, of one action or (`article.`) of its kind, in time.

        `since` and `until` are days or times, ISO 8601 in UTC; the second is not part of it.
        """
        self.prepare()
        query = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.number < before)
        if who is not None:
            query = query.where(audit.c.who == who)
        if action is not None:
            query = query.where(
                audit.c.action.startswith(action, autoescape=True) if action.endswith(".") else audit.c.action == action
            )
        if since is not None:
            query = query.where(audit.c.at >= since)
        if until is not None:
            query = query.where(audit.c.at < until)
        with self._catalogue.reading() as connection:
            return [Entry(**row._mapping) for row in connection.execute(query)]

    def expire(self, days: int) -> int:
        """Delete lines that are older; how many."""
        self.prepare()
        limit = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
        with self._catalogue.erasing() as connection:
            return connection.execute(delete(audit).where(audit.c.at < limit)).rowcount

    def erase_uses(self, connection: Connection, name: str) -> int:
        """Delete the lines that say when somebody came and from where; what they changed stays. How many."""
        return connection.execute(delete(audit).where(audit.c.who == name, audit.c.action == KEY_USED)).rowcount

    def _add(
        self,
        who: str | None,
        action: str,
        target: str | None,
        outcome: Outcome,
        request_id: str | None,
        client: str | None,
        times: int = 1,
    ) -> None:
        request = requested()
        row = {
            "at": now(),
            "who": who,
            "action": action,
            "target": None if target is None else target[:_LONGEST],
            "outcome": outcome,
            "times": times,
            "request_id": request_id or (None if request is None else request.id),
            "client": client,
        }
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                _log.error("The audit log lost a line (%s): the catalogue has been busy for too long.", action)
                return
            self._waiting.append(row)
            if self._scheduled:
                return
            self._scheduled = True
        try:
            self._writer.submit(self._write)
        except RuntimeError:  # the service has stopped
            _log.error("The audit log lost a line (%s): it was closed.", action)

    def _write(self) -> None:
        with self._lock:
            rows, self._waiting, self._scheduled = self._waiting, [], False
        if not rows:
            return
        try:
            self.prepare()
            with self._catalogue.writing() as connection:
                connection.execute(insert(audit), rows)
        except TransientError as error:
            _log.warning("The audit log waits to write %d line(s). %s", len(rows), error)
            with self._lock:
                self._waiting = rows + self._waiting
        except FootnoteError as error:
            _log.error("The audit log lost %d line(s): %s. %s", len(rows), _told(rows), error)
        except Exception:
            _log.exception("the audit log lost %d line(s): %s", len(rows), _told(rows))


def _told(rows: list[dict[str, Any]]) -> str:
    """The first lines that are lost, so that they are in the service's log at least."""
    return "; ".join(f"{r['at']} {r['who']} {r['action']} {r['target']} {r['outcome']}" for r in rows[:5])
