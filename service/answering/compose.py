"""An answer while it is being made: sentences settle one by one, citations get their numbers as they are read."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote as quoted

from prompts import Rendered, phrase
from service.answer import (
    Answer,
    Citation,
    Mode,
    Nearest,
    PromptUsed,
    Receipt,
    Retrieved,
    Sentence,
    Settled,
)
from service.answering.cite import Quote
from service.answering.verify import Check
from service.retrieval.evidence import Passage
from service.retrieval.search import Found

# How the note begins that says why a chat model's answer was given up.
FELL_BACK = "fell back to extracts: "


@dataclass(slots=True)
class Draft:
    """What is known of an answer so far."""

    answer_id: str
    conversation_id: str
    question: str
    language: str
    public_url: str | None = None
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    retrieved: tuple[Retrieved, ...] = ()
    generation: int | None = None
    prompt: PromptUsed | None = None
    model: str | None = None

    def note_search(self, found: Found, evidence: Sequence[Passage]) -> None:
        """Keep what was found for the receipt."""
        kept = {h.chunk.id for p in evidence for h in p.hits}
        self.retrieved = tuple(
            Retrieved(h.chunk.id, h.article.id, _rounded(h.dense), _rounded(h.keyword), None, h.chunk.id in kept)
            for h in found.hits
        )
        self.notes.extend(found.notes)
        self.generation = found.build.generation.id if found.build.generation else None

    def note_prompt(self, prompt: Rendered, model: str) -> None:
        """Keep which prompt and model write."""
        self.prompt, self.model = PromptUsed(prompt.name, prompt.version, prompt.hash), model

    def restart(self, note: str) -> None:
        """Throw away what was settled: extracts will answer. `note` says why."""
        self.sentences, self.citations = [], []
        self.prompt = self.model = None
        self.notes.append(f"{FELL_BACK}{note}")

    def settle(self, text: str, quotes: Sequence[Quote], check: Check) -> Settled:
        """Add a sentence; the same quote keeps its number."""
        numbers, fresh = [], []
        for one in quotes:
            article = one.passage.article
            known = next(
                (c for c in self.citations if (c.article_id, c.start, c.end) == (article.id, one.start, one.end)), None
            )
            if known is None:
                known = Citation(
                    number=len(self.citations) + 1,
                    id=f"cit_{secrets.token_hex(12)}",
                    article_id=article.id,
                    version=one.passage.version,
                    title=article.title,
                    author=article.author,
                    url=article.url,
                    published_at=article.published_at,
                    section=article.section_at(one.start),
                    page=article.page_at(one.start),
                    quote=one.text,
                    start=one.start,
                    end=one.end,
                    link=link_to(one.passage, one.start, one.end, self.public_url),
                )
                self.citations.append(known)
                fresh.append(known)
            numbers.append(known.number)
        sentence = Sentence(text, tuple(dict.fromkeys(numbers)), check.support, check.score)
        self.sentences.append(sentence)
        return Settled(sentence, tuple(fresh))

    def finished(self, mode: Mode) -> Answer:
        """The whole answer; `partial` where a sentence is borne only in part."""
        partial = any(s.support != "supported" for s in self.sentences)
        return Answer(
            id=self.answer_id,
            conversation_id=self.conversation_id,
            question=self.question,
            standalone_question=self.question,
            language=self.language,
            outcome="partial" if partial else "answered",
            mode=mode,
            text=self._text(),
            sentences=tuple(self.sentences),
            citations=tuple(self.citations),
            receipt=self.receipt(),
        )

    def receipt(self) -> Receipt:
        """How it came about."""
        return Receipt(
            generation=self.generation,
            prompt=self.prompt,
            model=self.model,
            tokens=dict(self.tokens),
            timings_ms={k: round(v, 1) for k, v in self.timings.items()},
            retrieved=self.retrieved,
            notes=tuple(self.notes),
        )

    def _text(self) -> str:
        gap = "" if self.language in ("zh", "ja") else " "
        return gap.join(s.text + gap + "".join(f"[{n}]" for n in s.citations) for s in self.sentences)


def declined(draft: Draft, evidence: Sequence[Passage], articles: int, mode: Mode = "extractive") -> Answer:
    """Says that the articles do not answer, what was searched, and which come nearest."""
    nearest = list({p.article.id: p for p in reversed(evidence)}.values())[::-1][:3]
    if not articles:
        text = phrase("declined_empty", draft.language)
    else:
        parts = [phrase("declined", draft.language, articles=articles, passages=len(draft.retrieved))]
        if nearest:
            titles = "、" if draft.language == "zh" else "; "
            parts.append(phrase("declined_near", draft.language, titles=titles.join(p.article.title for p in nearest)))
        parts.append(phrase("declined_hint", draft.language))
        text = ("" if draft.language == "zh" else " ").join(parts)
    return Answer(
        id=draft.answer_id,
        conversation_id=draft.conversation_id,
        question=draft.question,
        standalone_question=draft.question,
        language=draft.language,
        outcome="declined",
        mode=mode,
        text=text,
        nearest=tuple(
            Nearest(p.article.id, p.article.title, p.article.published_at, link_to(p, None, None, draft.public_url))
            for p in nearest
        ),
        receipt=draft.receipt(),
    )


def link_to(passage: Passage, start: int | None, end: int | None, public_url: str | None) -> str:
    """Where the article opens, at the exact quote if there is one."""
    base = f"{(public_url or '').rstrip('/')}/articles/{quoted(passage.article.id, safe='')}"
    return base if start is None else f"{base}?version={passage.version}&start={start}&end={end}#quote"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
