"""Keeps every answer whole, and gives the turns of a conversation to those who may read what they draw on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, delete, insert, select

from ingest.errors import FootnoteError, TransientError
from ingest.index import Catalogue
from ingest.index.catalogue.store import now
from ingest.index.schema import versions
from service.answer import Answer, Question
from service.conversations.schema import TABLES, answers, cited
from service.conversations.turn import Turn
from service.version import version

_log = logging.getLogger(__name__)
_ANSWER = TypeAdapter(Answer)
# Answers that wait to be written while another process holds the file; more than these are not kept.
_MOST_WAITING = 500
_AT_ONCE = 500


class Conversations:
    """Answers in the catalogue's file. Safe to share between threads and, like the catalogue, between processes.

    Every method but `keep` may raise TransientError (disk full, locked, not writable) or IndexUnavailable (damaged, or
    written by a newer Footnote).
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._writer = ThreadPoolExecutor(1, "footnote-keep")
        self._waiting: dict[str, Turn] = {}
        self._lock = threading.Lock()
        self._prepared = False

    def prepare(self) -> None:
        """Make the tables, unless they are there."""
        with self._lock:
            if not self._prepared:
                self._catalogue.hold(TABLES)
                self._prepared = True

    def close(self) -> None:
        """Write what still waits to be."""
        self._writer.shutdown()

    def keep(self, question: Question, answer: Answer) -> Future[None]:
        """Have an answer written by a thread of its own; it is found at once. What fails is logged: it was answered."""
        at = now()
        turn = Turn(
            answer, tuple(sorted(set(question.groups))), question.asked_on or at[:10], at, question.language, version()
        )
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                _log.warning("The answer %s is not kept: the catalogue has been busy for too long.", answer.id)
                nothing: Future[None] = Future()
                nothing.set_result(None)
                return nothing
            self._waiting[answer.id] = turn
        return self._writer.submit(self._write, turn)

    def turn(self, answer_id: str, groups: Collection[str] | None) -> Turn | None:
        """The turn of an answer, if an asker of these groups (None: anyone's) may see it."""
        with self._lock:
            waiting = self._waiting.get(answer_id)
        found = [waiting] if waiting else self._kept(select(answers).where(answers.c.id == answer_id), groups, 1)
        return next(iter(self._open_to(found, groups)), None)

    def turns(self, conversation_id: str, groups: Collection[str] | None, limit: int) -> list[Turn]:
        """The last turns of a conversation that an asker of these groups (None: anyone's) may see, oldest first."""
        if limit <= 0:
            return []
        with self._lock:
            waiting = [t for t in self._waiting.values() if t.answer.conversation_id == conversation_id]
        kept = self._kept(_of(conversation_id).order_by(answers.c.number.desc()), groups, limit)[::-1]
        written = {t.answer.id for t in kept}
        return self._open_to([*kept, *(t for t in waiting if t.answer.id not in written)][-limit:], groups)

    def forget(self, conversation_id: str, groups: Collection[str] | None) -> int:
        """Delete the turns that an asker of these groups may see, and their answers; how many."""
        return self._writer.submit(self._delete, conversation_id, groups).result()

    def _write(self, turn: Turn) -> None:
        answer = turn.answer
        row = {
            "id": answer.id,
            "conversation_id": answer.conversation_id,
            "groups": list(turn.groups),
            "language": turn.language,
            "asked_on": turn.asked_on,
            "asked_at": turn.asked_at,
            "made_by": turn.made_by,
            "answer": _ANSWER.dump_json(answer).decode(),
        }
        try:
            self.prepare()
            with self._catalogue.writing() as connection:
                number = connection.execute(insert(answers).values(row)).inserted_primary_key[0]  # type: ignore[index]
                rows = [{"id": c.id, "answer": number, "number": c.number} for c in answer.citations]
                if rows:
                    connection.execute(insert(cited), rows)
        except FootnoteError as error:
            _log.warning("The answer %s is not kept. %s", answer.id, error)
        except Exception:
            _log.exception("the answer %s is not kept", answer.id)
        finally:
            with self._lock:
                self._waiting.pop(answer.id, None)

    def _delete(self, conversation_id: str, groups: Collection[str] | None) -> int:
        ids = [t.answer.id for t in self._open_to(self._kept(_of(conversation_id), groups), groups)]
        with self._catalogue.writing() as connection:
            for at in range(0, len(ids), _AT_ONCE):
                connection.execute(delete(answers).where(answers.c.id.in_(ids[at : at + _AT_ONCE])))
        return len(ids)

    def _kept(self, query: Select[Any], groups: Collection[str] | None, limit: int | None = None) -> list[Turn]:
        """The first turns of a query that were asked within the groups."""
        self.prepare()
        asker = None if groups is None else frozenset(groups)
        found: list[Turn] = []
        with self._catalogue.reading() as connection:
            for row in connection.execute(query):
                if len(found) == limit:
                    break
                if asker is None or _within(row.groups, asker):
                    found.append(_turn(row))
        return found

    def _open_to(self, turns: Sequence[Turn], groups: Collection[str] | None) -> list[Turn]:
        """Those asked within the groups whose articles are all open to them: closing an article closes its quotes."""
        if groups is None:
            return list(turns)
        asker = frozenset(groups)
        within = [t for t in turns if _within(t.groups, asker)]
        readable = self._readable({a for t in within for a in t.articles()}, asker)
        return [t for t in within if t.articles() <= readable]

    def _readable(self, article_ids: Iterable[str], groups: frozenset[str]) -> frozenset[str]:
        """Those articles whose newest version, removed or not, is open to one of the groups."""
        ids = list(article_ids)
        newest: dict[str, list[str]] = {}
        with self._catalogue.reading() as connection:
            for at in range(0, len(ids), _AT_ONCE):
                query = select(versions.c.article_id, versions.c.groups).order_by(versions.c.number)
                found = connection.execute(query.where(versions.c.article_id.in_(ids[at : at + _AT_ONCE])))
                newest |= {row.article_id: row.groups for row in found}
        return frozenset(i for i, named in newest.items() if groups & set(named))


def open_conversations(catalogue: Catalogue) -> Conversations:
    """Those of a catalogue. Where they cannot be written now, answers are given all the same.

    Raises:
        IndexUnavailable: a newer Footnote wrote them, or the file is damaged.
    """
    conversations = Conversations(catalogue)
    try:
        conversations.prepare()
    except TransientError as error:
        _log.warning("Conversations cannot be kept. %s", error)
    return conversations


def _of(conversation_id: str) -> Select[Any]:
    return select(answers).where(answers.c.conversation_id == conversation_id)


def _within(groups: Collection[str], asker: frozenset[str]) -> bool:
    """Whether who asked could read no more than this asker can; what was asked for no group is nobody's."""
    return bool(groups) and asker.issuperset(groups)


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        _ANSWER.validate_json(row.answer), tuple(row.groups), row.asked_on, row.asked_at, row.language, row.made_by
    )
