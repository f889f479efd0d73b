"""Keeps every answer whole, and gives the turns of a conversation to those for whom they exist."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ingest.errors import FootnoteError, TransientError
from ingest.index import Catalogue
from ingest.index.catalogue.store import now
from service.answer import Answer, Question
from service.conversations.access import Access, Names, asked_by, names_of, within
from service.conversations.rows import answer_row, cited_rows, turn_of
from service.conversations.schema import TABLES, answers, cited
from service.conversations.turn import Turn
from service.identity import Identity
from service.identity.identity import personal
from service.settings.keep import KeepSettings
from service.version import version

_log = logging.getLogger(__name__)
# Answers that wait to be written while another process holds the file; more than these are not kept.
_MOST_WAITING = 500
_AT_ONCE = 500


class Conversations:
    """Answers in the catalogue's file. Safe to share between threads and, like the catalogue, between processes.

    What a named asker asked exists for them alone, what nobody in particular asked for whoever may read all that it
    cites; the owner of the data folder and the scope `admin` see everyone's that their groups may read.

    Every method but `keep` may raise TransientError (disk full, locked, not writable) or IndexUnavailable (damaged, or
    written by a newer Footnote).
    """

    def __init__(self, catalogue: Catalogue, keep: KeepSettings | None = None) -> None:
        self.catalogue, self.access = catalogue, Access(catalogue)
        self.settings = keep or KeepSettings()  # type: ignore[call-arg]
        self._writer = ThreadPoolExecutor(1, "footnote-keep")
        self._waiting: dict[str, Turn] = {}
        self._citing = 0
        self._lock = threading.Lock()
        self._prepared = False

    def prepare(self) -> None:
        """Make the tables, unless they are there."""
        with self._lock:
            if not self._prepared:
                self.catalogue.hold(TABLES)
                self._prepared = True

    def close(self) -> None:
        """Write what still waits to be."""
        self._writer.shutdown()

    def settle(self, seconds: float | None = None) -> None:
        """Wait, at most so long, until what was answered before is written."""
        with suppress(TimeoutError):
            self._writer.submit(lambda: None).result(seconds)

    def keep(self, question: Question, answer: Answer) -> Future[None]:
        """Have an answer written by a thread of its own; it is found at once. What fails is logged: it was answered."""
        at = now()
        day = question.asked_on or at[:10]
        groups = tuple(sorted(set(question.groups)))
        turn = Turn(answer, groups, day, at, question.language, version(), personal(question.asker))
        with self._lock:
            if len(self._waiting) + self._citing >= _MOST_WAITING:
                _log.warning("The answer %s is not kept: the catalogue has been busy for too long.", answer.id)
                nothing: Future[None] = Future()
                nothing.set_result(None)
                return nothing
            if self.settings.answers:
                self._waiting[answer.id] = turn
            else:
                self._citing += 1
        return self._writer.submit(self._write, turn)

    def waiting(self) -> list[Turn]:
        """Turns that are not written yet."""
        with self._lock:
            return list(self._waiting.values())

    def turn(self, answer_id: str, asker: Identity) -> Turn | None:
        """The turn of an answer, if it exists for the asker."""
        names, groups = names_of(asker), asker.sees
        found = [t for t in self.waiting() if t.answer.id == answer_id and (names is None or t.asker in names)]
        found = found or self._kept(select(answers).where(answers.c.id == answer_id, asked_by(names)), groups, 1)
        return next(iter(self.access.open_to(found, groups)), None)

    def turns(self, conversation_id: str, asker: Identity, limit: int) -> list[Turn]:
        """The last turns of a conversation that exist for the asker, oldest first: their own, else those of others."""
        name = personal(asker.name)
        own = self._last(conversation_id, {name}, asker.sees, limit) if name is not None else []
        return own or self._last(conversation_id, names_of(asker), asker.sees, limit)

    def before(self, question: Question, limit: int) -> list[Turn]:
        """The last turns that a question goes on from, oldest first: none but those of the same asker."""
        if question.conversation_id is None:
            return []
        return self._last(question.conversation_id, {personal(question.asker)}, question.groups, limit)

    def forget(self, conversation_id: str, asker: Identity) -> int:
        """Delete the turns that `turns` gives, and their answers; how many. Their citations stay."""
        return self._writer.submit(self._delete, conversation_id, asker).result()

    def _write(self, turn: Turn) -> None:
        answer = turn.answer
        try:
            self.prepare()
            with self.catalogue.writing() as connection:
                number = None
                if self.settings.answers:
                    added = connection.execute(insert(answers).values(answer_row(turn)))
                    number = added.inserted_primary_key[0]  # type: ignore[index]
                rows = cited_rows(answer.citations, number)
                if rows:
                    connection.execute(upsert(cited).on_conflict_do_nothing(), rows)  # of an answer that is given again
        except FootnoteError as error:
            _log.warning("The answer %s is not kept. %s", answer.id, error)
        except Exception:
            _log.exception("the answer %s is not kept", answer.id)
        finally:
            with self._lock:
                self._citing -= self._waiting.pop(answer.id, None) is None

    def _delete(self, conversation_id: str, asker: Identity) -> int:
        ids = [t.answer.id for t in self.turns(conversation_id, asker, _EVERY)]
        with self.catalogue.erasing() as connection:
            for at in range(0, len(ids), _AT_ONCE):
                connection.execute(delete(answers).where(answers.c.id.in_(ids[at : at + _AT_ONCE])))
        self.catalogue.checkpoint()
        return len(ids)

    def _last(
        self, conversation_id: str, names: Names | None, groups: Collection[str] | None, limit: int
    ) -> list[Turn]:
        if limit <= 0:
            return []
        waiting = [
            t
            for t in self.waiting()
            if t.answer.conversation_id == conversation_id and (names is None or t.asker in names)
        ]
        query = select(answers).where(answers.c.conversation_id == conversation_id, asked_by(names))
        kept = self._kept(query.order_by(answers.c.number.desc()), groups, limit)[::-1]
        written = {t.answer.id for t in kept}
        return self.access.open_to([*kept, *(t for t in waiting if t.answer.id not in written)][-limit:], groups)

    def _kept(self, query: Select[Any], groups: Collection[str] | None, limit: int) -> list[Turn]:
        """The first turns of a query that were asked within the groups."""
        self.prepare()
        found: list[Turn] = []
        with self.catalogue.reading() as connection:
            for row in connection.execute(query):
                if len(found) == limit:
                    break
                if within(row.groups, groups):
                    found.append(turn_of(row))
        return found


_EVERY = 1_000_000_000


def open_conversations(catalogue: Catalogue, keep: KeepSettings | None = None) -> Conversations:
    """Those of a catalogue. Where they cannot be written now, answers are given all the same.

    Raises:
        IndexUnavailable: a newer Footnote wrote them, or the file is damaged.
    """
    conversations = Conversations(catalogue, keep)
    try:
        conversations.prepare()
    except TransientError as error:
        _log.warning("Conversations cannot be kept. %s", error)
    return conversations
