"""Answers by a chat model: streamed, taken apart into sentences, each resolved to quotes and checked."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from ingest.errors import SettingsError
from prompts import newest, phrase, prompt, render
from service.answer import AnswerEvent, Delta
from service.answering.cite import Cited, cite
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
from service.answering.orders import is_order
from service.answering.verifying.judging import Held, Judging, unsure
from service.errors import ModelUnavailable
from service.models import ChatModel, Reply
from service.retrieval.editions import superseded
from service.retrieval.evidence import Passage
from service.retrieval.search import Retriever
from service.settings import AnswerSettings
from service.telemetry.stages import staged

_NAMED = ("zh", "en", "ja", "ko", "de", "fr", "es")
_ENDS = re.compile(r"[.!?…。！？][\"'”’»)）」』》\]\d\s]{0,12}\Z")
_MAY_FINISH = re.compile(r"[\s.!?…。！？\]】］]")
# What may let a sentence be over: its end, or a marker or bracket that closes. It shows within so many characters.
_MAY_SETTLE = re.compile(r"[.!?…。！？\n\]】］)）>]")
_WINDOW = 100
# A refusal stands at the beginning.
_OPENING = 400
# Where no source bears what a model wrote, quotes answer only if the evidence rather can than cannot.
_LIKELY = 0.5


class Generator:
    """Asks one chat model."""

    def __init__(
        self,
        model: ChatModel,
        retriever: Retriever,
        settings: AnswerSettings,
        keep_unsupported: bool = False,
        judging: Judging | None = None,
    ) -> None:
        """`keep_unsupported` is for measuring alone: what no source bears stays, and is marked so.

        Raises:
            SettingsError: there is no such version of the prompt.
        """
        self._model, self._retriever, self._repair_within = model, retriever, settings.repair_within
        self._keep_unsupported, self._judging = keep_unsupported, judging
        self._version = settings.prompt or newest("answer")
        try:
            prompt("answer", self._version)
        except LookupError as error:
            raise SettingsError(f"{error} Set FOOTNOTE_ANSWER__PROMPT to one that there is, or leave it out.") from None

    @staged("generate")
    async def events(self, draft: Draft, evidence: Sequence[Passage]) -> AsyncGenerator[AnswerEvent, None]:
        """Provisional text and settled sentences; settles nothing where the model says the sources do not tell.

        Raises:
            ModelUnavailable: the model broke off, or wrote nothing that a source bears.
        """
        began = time.monotonic()
        values = _values(draft, evidence)
        made = render("answer", self._version, **values)
        draft.note_prompt(made, self._model.name)
        reply = self._model.reply(made.system, made.user, draft.left())
        written, shown, settled = "", "", 0
        unborne: list[str] = []
        held: list[Held] = []
        try:
            async with aclosing(reply.pieces) as pieces:
                async for piece in pieces:
                    written += piece
                    if not _MAY_FINISH.search(piece):
                        continue
                    if len(written) <= _OPENING and may_refuse(written):
                        continue
                    readable = provisional(written)
                    # What was shown cannot be taken back; where late markup changes it, `completed` says it right.
                    if len(readable) > len(shown) and readable.startswith(shown):
                        yield Delta(readable[len(shown) :])
                        shown = readable
                    if not _MAY_SETTLE.search(written, max(0, len(written) - _WINDOW)):
                        continue
                    for claim in finished_claims(written)[settled:]:
                        settled += 1
                        async for event in self._settle(draft, claim, evidence, unborne, held):
                            yield event
        finally:
            draft.count(reply.usage)  # what broke off was paid for, too
        if refuses(written):
            return
        whole = claims(written)
        if reply.usage.cut:
            draft.cut = True
            why = "wrote the same again and again" if reply.usage.looped else "reached its longest answer"
            draft.notes.append(f"the chat model {why}; a sentence it broke off was left out")
            if whole and not _ENDS.search(written):
                whole = whole[:-1]
        if not whole:
            raise ModelUnavailable("The chat model wrote no sentence.")
        rest = provisional(written, complete=True)
        if len(rest) > len(shown) and rest.startswith(shown):
            yield Delta(rest[len(shown) :])
        for claim in whole[settled:]:
            async for event in self._settle(draft, claim, evidence, unborne, held):
                yield event
        for cited in await self._decided(draft, held):
            for settled_now in self._settled(draft, cited, unborne):
                yield settled_now
        left = min(self._repair_within - (time.monotonic() - began), draft.left())
        if unborne and left > 0:
            async for event in self._repair(draft, evidence, unborne, values, left):
                yield event
        if unborne:
            left_out = (
                "a sentence that no source bears was"
                if len(unborne) == 1
                else f"{len(unborne)} sentences that no source bears were"
            )
            draft.notes.append(f"{left_out} left out")
        if not draft.sentences and (draft.chance is None or draft.chance >= _LIKELY):
            raise ModelUnavailable("No source bears what the chat model wrote.")

    @staged("verify")
    async def _settle(
        self, draft: Draft, claim: Claim, evidence: Sequence[Passage], unborne: list[str], held: list[Held]
    ) -> AsyncIterator[AnswerEvent]:
        """Settle a claim, add it to those that no source bears, or hold it back for the judge.

        What follows a held sentence is held too, so that sentences and citations keep their order.
        """
        cited = await self._cited(claim, evidence)
        if self._judging is not None:
            near = await asyncio.to_thread(unsure, claim, cited, evidence, self._retriever.embed)
            if held or near is not None:
                held.append(Held(near or cited, near is not None))
                return
        for event in self._settled(draft, cited, unborne):
            yield event

    def _settled(self, draft: Draft, cited: Cited, unborne: list[str]) -> list[AnswerEvent]:
        if any(_bare(s.text) == _bare(cited.text) for s in draft.sentences):
            return []
        if cited.check.support == "unsupported" and not self._keep_unsupported:
            if cited.text not in unborne:
                unborne.append(cited.text)
            return []
        return [draft.settle(cited.text, cited.quotes, cited.check)]

    async def _decided(self, draft: Draft, held: Sequence[Held]) -> list[Cited]:
        """What the judge makes of the sentences that were held back, in one call."""
        if self._judging is None or not held:
            return []
        began = time.monotonic()
        made = await self._judging.decide(held, draft.left())
        draft.timings["judge"] = (time.monotonic() - began) * 1000
        if made.usage is not None:
            draft.count(made.usage)
        if made.note is not None:
            draft.notes.append(made.note)
        return made.sentences

    async def _repair(
        self, draft: Draft, evidence: Sequence[Passage], unborne: list[str], values: dict[str, Any], seconds: float
    ) -> AsyncIterator[AnswerEvent]:
        """Have what no source bears written again, once: what is fully borne then takes its place."""
        made = render("repair", newest("repair"), **values, sentences=unborne)
        reply = self._model.reply(made.system, made.user, seconds)
        try:
            async with asyncio.timeout(seconds):
                written = await _whole(reply)
        except (TimeoutError, ModelUnavailable):
            draft.notes.append("sentences that no source bears could not be written again in time")
            return
        finally:
            draft.count(reply.usage)
        if refuses(written):
            return
        said = {_bare(s.text) for s in draft.sentences} | {_bare(text) for text in unborne}
        for claim in claims(written)[: len(unborne)]:
            cited = await self._cited(claim, evidence)
            if cited.check.support == "supported" and _bare(claim.text) not in said:
                said.add(_bare(claim.text))
                unborne.pop()
                draft.notes.append("a sentence that no source bears was written again")
                yield draft.settle(cited.text, cited.quotes, cited.check)

    async def _cited(self, claim: Claim, evidence: Sequence[Passage]) -> Cited:
        return await asyncio.to_thread(cite, claim, evidence, self._retriever.embed)


async def _whole(reply: Reply) -> str:
    async with aclosing(reply.pieces) as pieces:
        return "".join([piece async for piece in pieces])


def _values(draft: Draft, evidence: Sequence[Passage]) -> dict[str, Any]:
    """What the prompts are filled with. The mark of the source tags is new each time: no article can know it."""
    numbers = {p.article.id: p.number for p in reversed(evidence)}
    older = superseded(draft.standalone, [p.article for p in evidence])
    return {
        "question": draft.standalone,
        "language": _called(draft.language),
        "refusal": REFUSAL,
        "mark": secrets.token_hex(3),
        "sources": [
            {
                "number": p.number,
                "title": "" if is_order(p.article.title) else p.article.title,
                "date": p.article.published_at,
                "replaced_by": numbers.get(older.get(p.article.id, "")),
                "text": p.text,
            }
            for p in evidence
        ],
    }


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _called(language: str) -> str:
    return phrase(f"language_{language}", "en") if language in _NAMED else "the language of the question"
