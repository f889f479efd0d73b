"""Answers by a chat model: streamed, taken apart into sentences, each resolved to quotes and checked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

from prompts import phrase, render
from service.answer import AnswerEvent, Delta
from service.answering.cite import cite
from service.answering.compose import Draft
from service.answering.markers import (
    REFUSAL,
    Claim,
    claims,
    finished_claims,
    may_refuse,
    provisional,
    refuses,
)
from service.errors import ModelUnavailable
from service.models import ChatModel
from service.retrieval.evidence import Passage
from service.retrieval.search import Retriever

PROMPT = ("answer", "v1")
_NAMED = ("zh", "en", "ja", "ko", "de", "fr", "es")
_ENDS = re.compile(r"[.!?…。！？][\"'”’»)）」』》\]\d\s]{0,12}\Z")
_MAY_FINISH = re.compile(r"[\s.!?…。！？\]】］]")


class Generator:
    """Asks one chat model."""

    def __init__(self, model: ChatModel, retriever: Retriever) -> None:
        self._model, self._retriever = model, retriever

    async def events(self, draft: Draft, evidence: Sequence[Passage]) -> AsyncGenerator[AnswerEvent, None]:
        """Provisional text and settled sentences; settles nothing where the model says the sources do not tell.

        Raises:
            ModelUnavailable: the model broke off, or wrote nothing that a source bears.
        """
        prompt = render(
            *PROMPT,
            question=draft.question,
            language=_called(draft.language),
            refusal=REFUSAL,
            sources=[
                {"number": p.number, "title": p.article.title, "date": p.article.published_at, "text": p.text}
                for p in evidence
            ],
        )
        draft.note_prompt(prompt, self._model.name)
        reply = self._model.reply(prompt.system, prompt.user)
        written, shown, settled = "", "", 0
        async with aclosing(reply.pieces) as pieces:
            async for piece in pieces:
                written += piece
                if may_refuse(written) or not _MAY_FINISH.search(piece):
                    continue
                readable = provisional(written)
                # What was shown cannot be taken back; where late markup changes it, `completed` says it right.
                if len(readable) > len(shown) and readable.startswith(shown):
                    yield Delta(readable[len(shown) :])
                    shown = readable
                for claim in finished_claims(written)[settled:]:
                    settled += 1
                    async for event in self._settle(draft, claim, evidence):
                        yield event
        draft.tokens = {"prompt": reply.usage.prompt, "completion": reply.usage.completion}
        if refuses(written):
            return
        whole = claims(written)
        if reply.usage.cut and whole and not _ENDS.search(written):
            whole = whole[:-1]
            draft.notes.append("the chat model reached its longest answer; the sentence it broke off was left out")
        if not whole:
            raise ModelUnavailable("The chat model wrote no sentence.")
        rest = provisional(written, complete=True)
        if len(rest) > len(shown) and rest.startswith(shown):
            yield Delta(rest[len(shown) :])
        for claim in whole[settled:]:
            async for event in self._settle(draft, claim, evidence):
                yield event
        if not draft.sentences:
            raise ModelUnavailable("No source bears what the chat model wrote.")

    async def _settle(self, draft: Draft, claim: Claim, evidence: Sequence[Passage]) -> AsyncIterator[AnswerEvent]:
        cited = await asyncio.to_thread(cite, claim, evidence, self._retriever.embed)
        if cited.check.support == "unsupported":
            draft.notes.append("a sentence that no source bears was left out")
            return
        yield draft.settle(cited.text, cited.quotes, cited.check)


def _called(language: str) -> str:
    return phrase(f"language_{language}", "en") if language in _NAMED else "the language of the question"
