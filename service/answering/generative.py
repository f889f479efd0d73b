"""Answers by a chat model: streamed, taken apart into sentences, each resolved to quotes and checked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from prompts import phrase, render
from service.answer import AnswerEvent, Delta
from service.answering.cite import cite
from service.answering.compose import Draft
from service.answering.markers import REFUSAL, Claim, claims, refuses
from service.errors import ModelUnavailable
from service.models import ChatModel
from service.retrieval.evidence import Passage
from service.retrieval.search import Retriever

PROMPT = ("answer", "v1")


class Generator:
    """Asks one chat model."""

    def __init__(self, model: ChatModel, retriever: Retriever) -> None:
        self._model, self._retriever = model, retriever

    async def events(self, draft: Draft, evidence: Sequence[Passage]) -> AsyncIterator[AnswerEvent]:
        """Provisional text and settled sentences; settles nothing where the model says the sources do not tell.

        Raises:
            ModelUnavailable: the model broke off or wrote nothing.
        """
        prompt = render(
            *PROMPT,
            question=draft.question,
            language=phrase(f"language_{draft.language}", "en")
            if draft.language in ("zh", "ja", "ko", "de", "fr", "es")
            else "the language of the question",
            refusal=REFUSAL,
            sources=[
                {"number": p.number, "title": p.article.title, "date": p.article.published_at, "text": p.text}
                for p in evidence
            ],
        )
        draft.note_prompt(prompt, self._model.name)
        reply = self._model.reply(prompt.system, prompt.user)
        written, settled = "", 0
        async for piece in reply.pieces:
            written += piece
            yield Delta(piece)
            # The last sentence may still grow, or still get its number.
            ready = claims(written)[:-2]
            for claim in ready[settled:]:
                async for event in self._settle(draft, claim, evidence):
                    yield event
            settled = max(settled, len(ready))
        draft.tokens = {"prompt": reply.usage.prompt, "completion": reply.usage.completion}
        if written.strip() and refuses(written):
            return
        if not claims(written):
            raise ModelUnavailable("The chat model wrote no sentence.")
        for claim in claims(written)[settled:]:
            async for event in self._settle(draft, claim, evidence):
                yield event

    async def _settle(self, draft: Draft, claim: Claim, evidence: Sequence[Passage]) -> AsyncIterator[AnswerEvent]:
        cited = await asyncio.to_thread(cite, claim, evidence, self._retriever.embed)
        if cited.check.support == "unsupported":
            draft.notes.append("a sentence that no source bears was left out")
            return
        yield draft.settle(cited.text, cited.quotes, cited.check)
