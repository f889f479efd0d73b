"""Runs an old question again, against the generation it was answered from, and says what is different."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from ingest.index import Catalogue, Index
from prompts import versions
from service.answer import Answer, Question
from service.answering.engine import build_engine
from service.conversations.access import OWNER
from service.conversations.changes import CitationChange, SentenceChange, citation_changes, sentence_changes
from service.conversations.store import Conversations
from service.conversations.turn import Turn
from service.errors import NotFound, QuestionRejected
from service.models import chat_model_from
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer then and now; `same` where the same is said with the same quotes.

    `asked_at` and `made_by` (the version of Footnote) are of the first time.
    """

    same: bool
    asked_at: str
    made_by: str
    sentences: tuple[SentenceChange, ...]
    citations: tuple[CitationChange, ...]
    before: Answer
    after: Answer


async def replay(
    answer_id: str,
    settings: Settings,
    index: Index,
    conversations: Conversations,
    prompt: str | None = None,
    model: str | None = None,
) -> Replay:
    """Ask again as it was asked: for the same groups, read against the same day. Nothing is kept.

    Raises:
        NotFound: the answer, its generation or the version of the prompt is not there; the message names what is.
        QuestionRejected: a prompt or a model is named, and no chat model is configured.
        FootnoteError: there is no new answer; the message says why.
    """
    turn = await asyncio.to_thread(conversations.turn, answer_id, OWNER)
    if turn is None:
        raise NotFound(f"There is no answer {answer_id}: it was deleted, or another --data has it.")
    await asyncio.to_thread(_check_generation, index.catalogue, turn)
    engine = build_engine(_settings(settings, prompt, model), index)
    question = Question(turn.answer.question, turn.groups, turn.language, asked_on=turn.asked_on)
    after = await engine.again(question, turn.answer)
    before = turn.answer
    sentences, citations = tuple(sentence_changes(before, after)), tuple(citation_changes(before, after))
    told = [(a.outcome, a.text, a.mode) for a in (before, after)]
    same = told[0] == told[1] and all(c.kind == "same" for c in citations)
    noted = await asyncio.to_thread(_noted, index.catalogue, before, citations)
    return Replay(same, turn.asked_at, turn.made_by, sentences, noted, before, after)


def _settings(settings: Settings, prompt: str | None, model: str | None) -> Settings:
    if prompt is None and model is None:
        return settings
    if chat_model_from(settings) is None:
        raise QuestionRejected(
            "Without a chat model there is no prompt and no model to choose: set FOOTNOTE_CHAT__BASE_URL or "
            "OPENAI_API_KEY, or leave out --prompt and --model."
        )
    known = versions("answer")
    if prompt is not None and prompt not in known:
        raise NotFound(f"There is no version {prompt} of the prompt: there are {', '.join(known)}.")
    answer = settings.answer.model_copy(update={"prompt": prompt or settings.answer.prompt})
    chat = settings.chat.model_copy(update={"model": model or settings.chat.model})
    return settings.model_copy(update={"answer": answer, "chat": chat})


def _check_generation(catalogue: Catalogue, turn: Turn) -> None:
    """The generation it was answered from is still there."""
    number = turn.answer.receipt.generation
    if number is None or catalogue.generation(number) is not None:
        return
    there = ", ".join(f"{g.id} ({g.state})" for g in catalogue.generations()) or "none"
    raise NotFound(
        f"The answer {turn.answer.id} was made from generation {number}, which was dropped; there are: {there}. "
        "Ask the question anew with `footnote ask` to have it answered from the one that serves."
    )


def _noted(catalogue: Catalogue, before: Answer, citations: tuple[CitationChange, ...]) -> tuple[CitationChange, ...]:
    """Beside what is not cited any more: what became of the article."""
    cited = {c.article_id: c.version for c in before.citations}
    return tuple(
        replace(c, note=_became(catalogue, c.article_id, cited[c.article_id])) if c.kind == "removed" else c
        for c in citations
    )


def _became(catalogue: Catalogue, article_id: str, version: int) -> str | None:
    removed = catalogue.removed_at(article_id)
    if removed is not None:
        return f"removed on {removed[:10]}"
    now = catalogue.serving(article_id)
    return f"version {now} now, version {version} then" if now is not None and now != version else None
