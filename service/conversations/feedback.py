"""What people think of an answer, or of one of its citations."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, insert, select, update

from ingest.index.catalogue.store import now
from service.conversations.rows import turn_of
from service.conversations.schema import answers, feedback
from service.conversations.store import Conversations
from service.conversations.turn import Turn
from service.errors import NotFound
from service.identity import Identity
from service.identity.identity import personal

Rating = Literal["up", "down"]
Reason = Literal["wrong", "not_supported", "incomplete", "outdated", "irrelevant", "unclear", "other"]
MISSING = "There is no such answer, or it was deleted."
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is thought of an answer, or of the citation of that number."""

    rating: Rating
    reason: Reason | None = None
    comment: str | None = None
    citation: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """An opinion as it is kept."""

    id: str
    answer_id: str
    opinion: Opinion
    given_at: str
    changed_at: str | None


@dataclass(frozen=True, slots=True)
class Reported:
    """An opinion with what it is about; `place` is where a listing goes on after it."""

    given: Given
    asker: str | None
    turn: Turn
    place: int


def give(
    conversations: Conversations, answer_id: str, asker: Identity, request_id: str, opinion: Opinion
) -> tuple[Given, bool]:
    """Keep an opinion; one that the asker gave of the same before is replaced. Whether it is a new one. Blocking.

    Of nobody in particular there is one for each request id.

    Raises:
        NotFound: the answer does not exist for the asker, or has no such citation.
    """
    turn = conversations.turn(answer_id, asker)
    if turn is None:
        raise NotFound(MISSING)
    if opinion.citation is not None and opinion.citation not in {c.number for c in turn.answer.citations}:
        raise NotFound(f"The answer has no citation {opinion.citation}.")
    conversations.settle()
    name = personal(asker.name)
    by = f"request:{request_id}" if name is None else f"asker:{name}"
    values = {"rating": opinion.rating, "reason": opinion.reason, "comment": opinion.comment}
    at = now()
    with conversations.catalogue.erasing() as connection:
        answer = connection.scalar(select(answers.c.number).where(answers.c.id == answer_id))
        if answer is None:
            raise NotFound(MISSING)
        same = (feedback.c.answer == answer) & (feedback.c.given_by == by)
        same &= feedback.c.citation == (opinion.citation or 0)
        known = connection.execute(select(feedback.c.id, feedback.c.given_at).where(same)).first()
        if known is not None:
            connection.execute(update(feedback).where(same).values(**values, changed_at=at))
            return Given(known.id, answer_id, opinion, known.given_at, at), False
        made = Given(f"fb_{secrets.token_hex(12)}", answer_id, opinion, at, None)
        row = {"id": made.id, "answer": answer, "citation": opinion.citation or 0, "given_by": by, "asker": name}
        connection.execute(insert(feedback).values(**row, **values, given_at=at))
    return made, True


def given_by(conversations: Conversations, asker: Identity, answer_ids: Sequence[str]) -> dict[str, list[Given]]:
    """The asker's own opinions of answers, by the answer's id; none of nobody in particular. Blocking."""
    name = personal(asker.name)
    found: dict[str, list[Given]] = {}
    if name is None:
        return found
    query = (
        select(feedback, answers.c.id.label("answer_id"))
        .join(answers, feedback.c.answer == answers.c.number)
        .where(answers.c.id.in_(answer_ids), feedback.c.given_by == f"asker:{name}")
        .order_by(feedback.c.citation)
    )
    with conversations.catalogue.reading() as connection:
        for row in connection.execute(query):
            opinion = Opinion(row.rating, row.reason, row.comment, row.citation or None)
            given = Given(row.id, row.answer_id, opinion, row.given_at, row.changed_at)
            found.setdefault(row.answer_id, []).append(given)
    return found


def reported(
    conversations: Conversations, asker: Identity, limit: int, before: int | None = None, rating: Rating | None = None
) -> list[Reported]:
    """The newest opinions of answers that exist for the asker, newest first."""
    found: list[Reported] = []
    if limit <= 0:
        return found
    conversations.prepare()
    for rows in _rows(conversations, before, rating):
        turns = {t.answer.id for t in conversations.access.open_to([turn_of(r) for r in rows], asker.sees)}
        found += [_reported(r) for r in rows if r.id in turns]
        if len(found) >= limit:
            break
    return found[:limit]


def _rows(conversations: Conversations, before: int | None, rating: Rating | None) -> Iterator[list[Row[Any]]]:
    ours = [
        feedback.c.number.label("place"),
        feedback.c.id.label("feedback_id"),
        feedback.c.asker.label("given_by_name"),
        *(feedback.c[name] for name in ("rating", "reason", "comment", "citation", "given_at", "changed_at")),
    ]
    query = select(answers, *ours).join(feedback, feedback.c.answer == answers.c.number)
    if rating is not None:
        query = query.where(feedback.c.rating == rating)
    while True:
        page = query if before is None else query.where(feedback.c.number < before)
        with conversations.catalogue.reading() as connection:
            rows = list(connection.execute(page.order_by(feedback.c.number.desc()).limit(_AT_ONCE)).all())
        if not rows:
            return
        before = rows[-1].place
        yield rows


def _reported(row: Row[Any]) -> Reported:
    opinion = Opinion(row.rating, row.reason, row.comment, row.citation or None)
    given = Given(row.feedback_id, row.id, opinion, row.given_at, row.changed_at)
    return Reported(given, row.given_by_name, turn_of(row), row.place)
