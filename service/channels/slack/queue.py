"""Questions that wait for their answers, kept until they have them: over restarts, and between processes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from service.channels.slack.contracts import Ask, Superseded
from service.channels.slack.process import is_dead, new_name
from service.channels.slack.rows import Rows, first
from service.channels.slack.schema import asks, seen

End = Literal["answered", "failed", "silent", "gone"]
# Seconds without a sign of life after which a process is taken for gone, though it may be on another machine.
HELD = 30.0
# Seconds for which what failed can be tried again, and what was answered follows its question's edits.
_AGAIN, _FOLLOWS = 7 * 24 * 3600.0, 90 * 24 * 3600.0
# Seconds in which what a process that died had sent to Slack has arrived there.
_ARRIVED = 1.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A question that is this process's to answer; `gone`: to take its answer back. `tries` came before this one.

    `begun_at`: seconds since 1970 when an attempt began that did not come to its end.
    """

    number: int
    ask: Ask
    revision: int
    tries: int
    gone: bool
    messages: tuple[str, ...]
    begun_at: float | None = None


class Queue:
    """Every method blocks, and may raise TransientError or IndexUnavailable."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._me = new_name()

    def add(self, key: str, ask: Ask, event_id: str | None = None) -> bool:
        """Keep a question; False where it was asked before, or its event came before."""
        at = float(ask.ts) if ask.ts is not None and ask.kind != "shortcut" else time.time()
        row = {
            "key": key,
            "at": at,
            "line": _line(ask),
            "channel": ask.channel,
            "ts": None if ask.ephemeral else ask.ts,
            "thread": ask.thread,
            "asker": ask.user,
            "ask": asdict(ask),
            "state": "waiting",
            "gone": False,
            "revision": 0,
            "tries": 0,
            "not_before": 0.0,
            "messages": [],
        }
        with self._rows.writing() as connection:
            if not first(connection, event_id):
                return False
            self._let_go(connection)
            return connection.execute(insert(asks).values(row).on_conflict_do_nothing()).rowcount == 1

    def once(self, key: str) -> bool:
        """See `Asks.once`."""
        with self._rows.writing() as connection:
            return first(connection, key)

    def forget(self, key: str) -> None:
        """Let something of this key be the first again: it was not taken after all."""
        with self._rows.writing() as connection:
            connection.execute(delete(seen).where(seen.c.key == key))

    def edit(self, channel: str, ts: str, text: str, event_id: str | None = None) -> bool:
        """Ask what a message says now; False where it asked nothing, or says the same."""
        with self._rows.writing() as connection:
            row = self._of_message(connection, channel, ts) if first(connection, event_id) else None
            if row is None or row.gone or row.ask["text"] == text:
                return False
            self._revise(connection, row, {"ask": {**row.ask, "text": text}})
            return True

    def delete(self, channel: str, ts: str, event_id: str | None = None) -> bool:
        """Take back what a message asked, and what was answered; False where it asked nothing."""
        with self._rows.erasing() as connection:
            row = self._of_message(connection, channel, ts) if first(connection, event_id) else None
            if row is None or row.gone:
                return False
            self._revise(connection, row, {"gone": True, "ask": {**row.ask, "text": ""}})
            return True

    def again(self, number: int) -> bool:
        """See `Asks.again`."""
        with self._rows.writing() as connection:
            failed = (asks.c.number == number) & (asks.c.state == "failed")
            anew = {"state": "waiting", "tries": 0, "not_before": 0.0, "revision": asks.c.revision + 1}
            return connection.execute(update(asks).where(failed).values(**anew)).rowcount == 1

    def ask_of(self, number: int) -> Ask | None:
        """See `Asks.ask_of`."""
        with self._rows.reading() as connection:
            found = connection.scalar(select(asks.c.ask).where(asks.c.number == number))
        return Ask(**found) if found is not None else None

    def take(self) -> Taken | None:
        """The question that has waited longest and is first in its line; None where there is none."""
        now = time.time()
        with self._rows.reading() as connection:  # so that looking costs nobody a turn at writing
            open_ones = connection.scalar(
                select(asks.c.number).where(asks.c.state.in_(("waiting", "answering"))).limit(1)
            )
        if open_ones is None:
            return None
        with self._rows.writing() as connection:
            self._release_the_dead(connection, now)
            other = asks.alias()
            before = select(other.c.number).where(
                other.c.line == asks.c.line,
                or_(
                    other.c.state == "answering",
                    and_(
                        other.c.state == "waiting",
                        or_(other.c.at < asks.c.at, and_(other.c.at == asks.c.at, other.c.number < asks.c.number)),
                    ),
                ),
            )
            ready = (asks.c.state == "waiting") & (asks.c.not_before <= now) & ~before.exists()
            row = connection.execute(select(asks).where(ready).order_by(asks.c.at, asks.c.number).limit(1)).first()
            if row is None:
                return None
            held = {"state": "answering", "process": self._me, "held_until": now + HELD, "tries": row.tries + 1}
            held["begun_at"] = row.begun_at or now
            connection.execute(update(asks).where(asks.c.number == row.number).values(**held))
        return Taken(row.number, Ask(**row.ask), row.revision, row.tries, row.gone, tuple(row.messages), row.begun_at)

    def hold(self, taken: Sequence[Taken]) -> set[int]:
        """Say that they are being answered; the numbers of those that are still this process's, as they were taken."""
        mine = (asks.c.state == "answering") & (asks.c.process == self._me)
        mine &= asks.c.number.in_([one.number for one in taken])
        with self._rows.writing() as connection:
            connection.execute(update(asks).where(mine).values(held_until=time.time() + HELD))
            held = connection.execute(select(asks.c.number, asks.c.revision).where(mine)).all()
        revisions = {row.number: row.revision for row in held}
        return {one.number for one in taken if revisions.get(one.number) == one.revision}

    def note(self, taken: Taken, messages: Sequence[str]) -> None:
        """Keep which messages there are. Raises Superseded."""
        with self._rows.writing() as connection:
            kept = connection.execute(update(asks).where(self._is(taken)).values(messages=list(messages))).rowcount
            if kept:
                return
            # It is there all the same: whoever answers instead has to replace it.
            row = connection.execute(select(asks.c.messages).where(asks.c.number == taken.number)).first()
            if row is not None:
                both = [*row.messages, *(ts for ts in messages if ts not in row.messages)]
                connection.execute(update(asks).where(asks.c.number == taken.number).values(messages=both))
        raise Superseded

    def finish(self, taken: Taken, end: End, answer_id: str | None = None) -> bool:
        """It needs no more; False where it was changed meanwhile, and is to be answered again."""
        ask = asdict(taken.ask) if end == "failed" else asdict(replace(taken.ask, text="", response_url=None))
        with self._rows.erasing() as connection:
            values = {"state": end, "process": None, "begun_at": None, "answer_id": answer_id, "ask": ask}
            if connection.execute(update(asks).where(self._is(taken)).values(**values)).rowcount:
                return True
        self.release(taken)
        return False

    def release(self, taken: Taken, seconds: float = 0.0, tries: int | None = None) -> None:
        """Let it be answered, by whichever process, in so many seconds; `tries` is what then came before."""
        mine = (asks.c.number == taken.number) & (asks.c.state == "answering") & (asks.c.process == self._me)
        with self._rows.writing() as connection:
            row = connection.execute(select(asks.c.revision).where(mine)).first()
            if row is None:
                return
            changed = row.revision != taken.revision
            values: dict[str, Any] = {"not_before": 0.0 if changed else time.time() + seconds}
            if tries is not None:
                values["tries"] = 0 if changed else tries
            connection.execute(update(asks).where(mine).values(state="waiting", process=None, **values))

    def known_messages(self, channel: str, thread: str | None) -> set[str]:
        """All messages of answers in a thread."""
        with self._rows.reading() as connection:
            found = connection.execute(
                select(asks.c.messages).where(asks.c.channel == channel, asks.c.thread == thread)
            )
            return {ts for row in found for ts in row.messages}

    def answers_in(self, channel: str, thread: str, before: float, limit: int) -> list[tuple[str, str]]:
        """(answer, asker) of the last answers in a thread that were asked before, oldest first."""
        query = select(asks.c.answer_id, asks.c.asker).where(
            asks.c.channel == channel, asks.c.thread == thread, asks.c.at < before, asks.c.answer_id.is_not(None)
        )
        with self._rows.reading() as connection:
            found = connection.execute(query.where(~asks.c.gone).order_by(asks.c.at.desc()).limit(limit)).all()
        return [(str(row.answer_id), str(row.asker)) for row in reversed(found)]

    def waiting(self) -> tuple[int, float | None]:
        """How many have no answer yet, and since when the first of them (seconds since 1970)."""
        query = select(func.count(), func.min(asks.c.at)).where(asks.c.state.in_(("waiting", "answering")))
        with self._rows.reading() as connection:
            count, since = connection.execute(query).one()
        return count, since

    def _is(self, taken: Taken) -> ColumnElement[bool]:
        return and_(
            asks.c.number == taken.number,
            asks.c.state == "answering",
            asks.c.process == self._me,
            asks.c.revision == taken.revision,
        )

    def _let_go(self, connection: Connection) -> None:
        now = time.time()
        done = asks.c.state.in_(("answered", "silent", "gone")) & (asks.c.at < now - _FOLLOWS)
        connection.execute(delete(asks).where(done | ((asks.c.state == "failed") & (asks.c.at < now - _AGAIN))))

    def _of_message(self, connection: Connection, channel: str, ts: str) -> Any:
        return connection.execute(select(asks).where(asks.c.channel == channel, asks.c.ts == ts)).first()

    def _revise(self, connection: Connection, row: Any, values: Mapping[str, Any]) -> None:
        """Change what is asked: whoever answers it now has to begin anew, and what was answered is to be replaced."""
        state = row.state if row.state == "answering" else "waiting"
        anew = {"revision": row.revision + 1, "state": state, "tries": 0, "not_before": 0.0, **values}
        connection.execute(update(asks).where(asks.c.number == row.number).values(**anew))

    def _release_the_dead(self, connection: Connection, now: float) -> None:
        query = select(asks.c.number, asks.c.process, asks.c.held_until).where(asks.c.state == "answering")
        held = connection.execute(query).all()
        left = [row.number for row in held if row.held_until < now or is_dead(row.process, self._me)]
        if left:
            anew = {"state": "waiting", "process": None, "not_before": now + _ARRIVED}
            connection.execute(update(asks).where(asks.c.number.in_(left)).values(**anew))


def _line(ask: Ask) -> str:
    if ask.ephemeral:
        return f"{ask.channel} {ask.user}"
    return ask.channel if ask.kind == "direct" else f"{ask.channel} {ask.thread}"
