"""Answers whose threads are told when an article changes, and what they are to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from ingest.index.schema import articles, versions
from service.answer import Answer
from service.channels.slack.contracts import Ask
from service.channels.slack.process import is_dead, new_name
from service.channels.slack.rows import Rows
from service.channels.slack.schema import answered, asks, cited, notes
from service.identity import Identity

# Time after which a process that posts a note is taken for gone, though it may be on another machine.
_HELD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Note:
    """What a thread is to be told: titles of what has changed, and of what is not there any more.

    `again`: another process began to post it. `groups` are those of whoever read the answer. Times are ISO 8601, UTC.
    """

    number: int
    channel: str
    thread: str
    message: str
    user: str
    language: str
    groups: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    answered_at: str
    again: bool


class Watched:
    """Every method blocks, and may raise TransientError or IndexUnavailable. Safe to share between processes."""

    def __init__(self, rows: Rows, days: float) -> None:
        self._rows, self._days = rows, days
        self._me = new_name()

    def watch(self, ask: Ask, asker: Identity, answer: Answer) -> None:
        """Watch what an answer in a thread cites, and nothing that the same message was answered before."""
        if ask.ephemeral or ask.ts is None or ask.thread is None:
            return
        of_it = (answered.c.channel == ask.channel) & (answered.c.message == ask.ts)
        latest: dict[str, dict[str, Any]] = {}
        for one in sorted(answer.citations, key=lambda c: c.version):
            latest[one.article_id] = {"article_id": one.article_id, "version": one.version, "title": one.title}
        row = {
            "channel": ask.channel,
            "message": ask.ts,
            "thread": ask.thread,
            "asker": asker.name,
            "groups": sorted(asker.groups),
            "language": answer.language,
            "at": _now(),
        }
        with self._rows.writing() as connection:
            connection.execute(delete(answered).where(of_it))
            if latest:
                added = connection.execute(insert(answered).values(row)).inserted_primary_key
                connection.execute(insert(cited), [{"answer": added[0], **one} for one in latest.values()])  # type: ignore[index]

    def find(self) -> int:
        """Note what has changed since the threads were told last; how many of them are to be told."""
        with self._rows.reading() as connection:  # so that looking costs nobody a turn at writing
            if not self._changed(connection) and not connection.scalar(select(answered.c.number).where(self._old())):
                return 0
        with self._rows.writing() as connection:
            connection.execute(delete(answered).where(self._old()))
            told: dict[int, tuple[list[str], list[str]]] = {}
            for row in self._changed(connection):
                known = cited.c.answer == row.answer, cited.c.article_id == row.article_id
                now = row.now if row.now is not None and set(row.readers) & set(row.groups) else None
                connection.execute(update(cited).where(*known).values(version=now))
                if row.gone or now == row.version or (now is not None and self._says_the_same(connection, row)):
                    continue
                told.setdefault(row.answer, ([], []))[now is None].append(row.title)
            for answer, (changed, gone) in told.items():
                connection.execute(insert(notes).values(answer=answer, changed=changed, gone=gone))
        return len(told)

    def take(self) -> Note | None:
        """A note that is this process's to post, and what is not done with it in five minutes another's."""
        with self._rows.reading() as connection:
            if connection.scalar(select(notes.c.number).limit(1)) is None:
                return None
        now = datetime.now(UTC)
        with self._rows.writing() as connection:
            query = select(notes, answered).join(answered, answered.c.number == notes.c.answer).order_by(notes.c.number)
            for row in connection.execute(query).mappings():
                if self._is_free(row, now):
                    mine = {"taken_by": self._me, "taken_at": now.isoformat()}
                    connection.execute(update(notes).where(notes.c.number == row[notes.c.number]).values(**mine))
                    return _note(row)
        return None

    def done(self, note: Note) -> None:
        """It needs no more."""
        with self._rows.writing() as connection:
            connection.execute(delete(notes).where(notes.c.number == note.number))

    def _changed(self, connection: Connection) -> list[Any]:
        """What threads were told of in another state than it is in now; what is on its way into search is left out."""
        current = and_(versions.c.article_id == articles.c.id, versions.c.number == articles.c.version)
        withdrawn = select(asks.c.number).where(
            asks.c.channel == answered.c.channel, asks.c.ts == answered.c.message, asks.c.gone
        )
        query = (
            select(
                cited.c.answer, cited.c.article_id, cited.c.version, cited.c.title,
                answered.c.groups.label("readers"), articles.c.version.label("now"), versions.c.groups,
                withdrawn.exists().label("gone"),
            )
            .join(answered, answered.c.number == cited.c.answer)
            .join(articles, articles.c.id == cited.c.article_id)
            .outerjoin(versions, current)
            .where(
                or_(
                    and_(articles.c.version.is_not(None), articles.c.version.is_distinct_from(cited.c.version)),
                    and_(articles.c.removed_at.is_not(None), cited.c.version.is_not(None)),
                )
            )
            .order_by(cited.c.answer, cited.c.article_id)
        )  # fmt: skip
        return list(connection.execute(query))

    def _says_the_same(self, connection: Connection, row: Any) -> bool:
        """Whether the version of now has the words that the thread knows, or it was told that there were none."""
        if row.version is None:
            return True
        of = select(versions.c.title, versions.c.text).where(versions.c.article_id == row.article_id)
        now, then = (connection.execute(of.where(versions.c.number == n)).first() for n in (row.now, row.version))
        return now is not None and then is not None and tuple(now) == tuple(then)

    def _old(self) -> Any:
        return answered.c.at < (datetime.now(UTC) - timedelta(days=self._days)).isoformat()

    def _is_free(self, note: Mapping[Any, Any], now: datetime) -> bool:
        taken_by, at = note[notes.c.taken_by], note[notes.c.taken_at]
        return taken_by is None or datetime.fromisoformat(at) + _HELD < now or is_dead(taken_by, self._me)


def _note(row: Mapping[Any, Any]) -> Note:
    return Note(
        number=row[notes.c.number],
        channel=row[answered.c.channel],
        thread=row[answered.c.thread],
        message=row[answered.c.message],
        user=str(row[answered.c.asker]).removeprefix("slack:"),
        language=row[answered.c.language],
        groups=tuple(row[answered.c.groups]),
        changed=tuple(row[notes.c.changed]),
        gone=tuple(row[notes.c.gone]),
        answered_at=row[answered.c.at],
        again=row[notes.c.taken_by] is not None,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat()
