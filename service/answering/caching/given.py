"""Which answers may be given again, and how one is: as an answer of its own, to who asks now."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace

from service.answer import Answer, AnswerEvent, Cached, Citation, Completed, Settled
from service.answering.caching.kept import Entry
from service.answering.compose import Draft
from service.identity.identity import personal

# Notes on what is no fault of the moment. Any other tells of something that failed or was left out for want of time or
# money: asked again, the answer may be better.
_HARMLESS = re.compile(
    r"no embedding model: keywords alone were searched"
    r"|(?:a sentence that no source bears was|\d+ sentences that no source bears were) left out"
    r"|a sentence that no source bears was written again"
)


def is_worth_keeping(answer: Answer, draft: Draft) -> bool:
    """Whether the same would be answered again: nothing failed on the way, and money was no matter."""
    return draft.spends and not answer.notices and all(_HARMLESS.fullmatch(note) for note in answer.receipt.notes)


def given_again(entry: Entry, draft: Draft, asker: str | None) -> Iterator[AnswerEvent]:
    """Everything after `started`, with ids of its own; the receipt says that it was made before.

    What it has cost was paid then: tokens and cost are those of making the question stand alone, if it was.
    """
    before = entry.answer
    own = {c.number: replace(c, id=f"cit_{secrets.token_hex(12)}") for c in before.citations}
    mine = personal(asker) is not None and asker == entry.asker
    age = time.monotonic() - entry.at
    spent = draft.receipt()
    receipt = replace(
        before.receipt,
        tokens=spent.tokens,
        tokens_estimated=spent.tokens_estimated,
        cost=spent.cost if spent.cost is not None or before.receipt.cost is None else 0.0,
        timings_ms=spent.timings_ms,
        cached=Cached(round(age, 1), before.id if mine else None),
    )
    answer = replace(
        before,
        id=draft.answer_id,
        conversation_id=draft.conversation_id,
        question=draft.question,
        standalone_question=draft.standalone,
        citations=tuple(own.values()),
        receipt=receipt,
    )
    yield entry.sources
    yield from _settled(answer, own)
    yield Completed(answer)


def _settled(answer: Answer, citations: dict[int, Citation]) -> Iterator[Settled]:
    """The sentences, each with the citations that it introduces."""
    left = dict(citations)
    for sentence in answer.sentences:
        yield Settled(sentence, tuple(left.pop(n) for n in sentence.citations if n in left))
