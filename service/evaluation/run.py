"""Asks questions one after the other: each is searched once, and that search is both ranked and answered from."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from ingest.errors import FootnoteError
from ingest.index import Catalogue
from service.answer import Answer, PromptUsed, Question, Receipt
from service.answering.engine import AnswerEngine
from service.evaluation.judging import Squeezed, folded, overlaps, says, says_all, without_marks
from service.evaluation.questions import Asked, Evidence
from service.evaluation.results import Judged, Ranking, Result

DEPTH = 100


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chunk that was found."""

    article_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question's result, and the chunks that were found for it, best first."""

    result: Result
    ranked: tuple[Ranked, ...]

    def as_run(self) -> dict[str, object]:
        """A row of a run, as scorers of runs read it."""
        ranked = [{"doc_id": r.article_id, "text": r.text} for r in self.ranked]
        return {"query_id": self.result.id, "ranked": ranked}


class Evaluation:
    """Asks one engine, as a member of `groups`."""

    def __init__(
        self, engine: AnswerEngine, catalogue: Catalogue, groups: Sequence[str], retrieval_only: bool = False
    ) -> None:
        self._engine, self._catalogue, self._groups = engine, catalogue, tuple(groups)
        self._retrieval_only = retrieval_only
        self._squeezed = lru_cache(maxsize=256)(self._squeeze)
        self._prompts: dict[PromptUsed, None] = {}
        self._models: dict[str, None] = {}

    def run(self, questions: Sequence[Asked]) -> Iterator[Outcome]:
        """Ask them in order. A question that fails has its error in its result."""
        with asyncio.Runner() as loop:
            self._engine.warm()
            for question in questions:
                began = time.perf_counter()
                try:
                    answer, ranked = loop.run(self._asked(question))
                except FootnoteError as error:
                    yield Outcome(_result(question, time.perf_counter() - began, error=str(error)), ())
                    continue
                seconds = time.perf_counter() - began
                if answer is not None:
                    ranked = self._ranked(answer)
                    self._note(answer.receipt)
                result = _result(question, seconds, ranking=ranking_of(question, ranked))
                judged = self._judged(question, answer) if answer is not None else None
                yield Outcome(replace(result, answer=judged), ranked)

    @property
    def written_with(self) -> dict[str, list[object]]:
        """Prompts and chat models of the answers so far."""
        return {"prompts": [asdict(p) for p in self._prompts], "models": list(self._models)}

    async def _asked(self, question: Asked) -> tuple[Answer | None, tuple[Ranked, ...]]:
        if self._retrieval_only:
            found = await self._engine.search(question.text, self._groups, DEPTH, question.asked_on)
            return None, tuple(Ranked(f.article_id, f.text) for f in found)
        asked = Question(question.text, groups=self._groups, asked_on=question.asked_on)
        return await self._engine.answer(asked), ()

    def _ranked(self, answer: Answer) -> tuple[Ranked, ...]:
        """The chunks that the answer's own search found."""
        ids = [r.chunk_id for r in answer.receipt.retrieved]
        texts = self._catalogue.visible(ids, self._groups, answer.receipt.generation)
        return tuple(Ranked(texts[i][1].id, texts[i][0].text) for i in ids if i in texts)

    def _note(self, receipt: Receipt) -> None:
        if receipt.prompt is not None:
            self._prompts[receipt.prompt] = None
        if receipt.model is not None:
            self._models[receipt.model] = None

    def _judged(self, question: Asked, answer: Answer) -> Judged:
        text = "" if answer.outcome == "declined" else without_marks(answer.text)
        support = [s.support for s in answer.sentences]
        compared, right, covered = self._compared(question, answer)
        return Judged(
            outcome=answer.outcome,
            mode=answer.mode,
            text=answer.text,
            chance=answer.receipt.chance,
            says=says_all(text, question.answers, question.parts) if question.answerable else None,
            says_world=None if question.answerable or not question.world else says(text, question.world),
            sentences=len(support),
            uncited=sum(not s.citations for s in answer.sentences),
            supported=support.count("supported"),
            partial=support.count("partial"),
            unsupported=support.count("unsupported"),
            citations=len(answer.citations),
            compared=compared,
            right=right,
            groups=len(_quoted(question)) if question.answerable else 0,
            covered=covered,
            broken=tuple(self._broken(answer)),
            conflicts=len(answer.conflicts),
            tokens=dict(answer.receipt.tokens),
            timings_ms=dict(answer.receipt.timings_ms),
        )

    def _compared(self, question: Asked, answer: Answer) -> tuple[int, int, int]:
        """(citations that can be compared with gold quotes, those that overlap one, groups that one overlaps).

        Where only the article of some evidence is known, a citation of that article is neither right nor wrong.
        """
        groups = _quoted(question)
        if not question.answerable or not groups:
            return 0, 0, 0
        vague = {e.article_id for e in question.evidence if not folded(e.quote)}
        compared = right = 0
        covered: set[int] = set()
        for citation in answer.citations:
            article = self._squeezed(citation.article_id, citation.version)
            hit = {
                number
                for number, group in enumerate(groups)
                if any(
                    e.article_id == citation.article_id and overlaps(article, citation.start, citation.end, e.quote)
                    for e in group
                )
            }
            if not hit and citation.article_id in vague:
                continue
            compared, right, covered = compared + 1, right + bool(hit), covered | hit
        return compared, right, len(covered)

    def _broken(self, answer: Answer) -> Iterator[str]:
        for citation in answer.citations:
            article = self._catalogue.article(citation.article_id, citation.version)
            if article is None or article.text[citation.start : citation.end] != citation.quote:
                yield (
                    f"citation [{citation.number}] is not what characters {citation.start} to {citation.end} of "
                    f"version {citation.version} of {citation.article_id} say"
                )

    def _squeeze(self, article_id: str, version: int) -> Squeezed:
        article = self._catalogue.article(article_id, version)
        return Squeezed.of(article.text if article is not None else "")


def ranking_of(question: Asked, ranked: Sequence[Ranked]) -> Ranking | None:
    """Where a question's evidence stands in a ranking; None where it has none, or has no answer."""
    if not question.answerable or not question.evidence:
        return None
    places = {a: rank for rank, a in enumerate(dict.fromkeys(r.article_id for r in ranked), 1)}
    chunks = [folded(r.text) for r in ranked] if question.quotes else []
    return Ranking(
        articles=tuple(_first([places.get(e.article_id) for e in group]) for group in question.groups),
        relevant=tuple(sorted(places[a] for a in question.article_ids if a in places)),
        of=len(question.article_ids),
        quotes=tuple(_holding(chunks, [folded(e.quote) for e in group]) for group in _quoted(question)),
    )


def _quoted(question: Asked) -> list[list[Evidence]]:
    """Groups of evidence with a quote, without the evidence that has none."""
    groups = ([e for e in group if folded(e.quote)] for group in question.groups)
    return [group for group in groups if group]


def _first(ranks: Sequence[int | None]) -> int | None:
    return min((r for r in ranks if r is not None), default=None)


def _holding(chunks: Sequence[str], quotes: Sequence[str]) -> int | None:
    """The first chunk that holds one of the quotes whole."""
    return next((rank for rank, chunk in enumerate(chunks, 1) if any(q in chunk for q in quotes)), None)


def _result(question: Asked, seconds: float, ranking: Ranking | None = None, error: str | None = None) -> Result:
    if error is not None:  # it counts as not found
        ranking = ranking_of(question, ())
    return Result(
        id=question.id,
        set=question.set,
        language=question.language,
        corpus_language=question.corpus_language,
        kind=question.kind,
        question=question.text,
        answerable=question.answerable,
        seconds=round(seconds, 4),
        ranking=ranking,
        error=error,
    )
