"""An answer while it is being made: sentences settle one by one, citations get their numbers as they are read."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote as quoted

from prompts import Rendered
from service.answer import Citation, Conflict, PromptUsed, Receipt, Retrieved, Sentence, Settled
from service.answering.cite import Quote
from service.answering.verifying.verify import Check
from service.models import Usage
from service.retrieval.evidence import Passage
from service.retrieval.found import Found

# How the note begins that says why a chat model's answer was given up.
FELL_BACK = "fell back to extracts: "


@dataclass(slots=True)
class Draft:
    """What is known of an answer so far.

    `standalone` is the question as it is searched for and answered; `lacking` are words of it that the evidence lacks,
    `open` those of several questions in it that the evidence cannot answer. `ends` is when, on the monotonic clock, no
    model may be asked any more; without `spends` none may be at all. `cut` where a model was cut in its answer.
    """

    answer_id: str
    conversation_id: str
    question: str
    language: str
    public_url: str | None = None
    standalone: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    retrieved: tuple[Retrieved, ...] = ()
    generation: int | None = None
    prompt: PromptUsed | None = None
    model: str | None = None
    chance: float | None = None
    lacking: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    conflicts: list[Conflict] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    used: Usage = field(default_factory=Usage)
    ends: float = math.inf
    spends: bool = True
    cut: bool = False

    def __post_init__(self) -> None:
        self.standalone = self.standalone or self.question

    def note_search(self, found: Found, evidence: Sequence[Passage]) -> None:
        """Keep what was found for the receipt."""
        kept = {h.chunk.id for p in evidence for h in p.hits}
        self.retrieved = tuple(
            Retrieved(
                h.chunk.id, h.article.id, _rounded(h.dense), _rounded(h.keyword), _rounded(h.rerank), h.chunk.id in kept
            )
            for h in found.hits
        )
        self.notes.extend(found.notes)
        if found.usage is not None:
            self.count(found.usage)
        self.generation = found.build.generation.id if found.build.generation else None

    def note_prompt(self, prompt: Rendered, model: str) -> None:
        """Keep which prompt and model write."""
        self.prompt, self.model = PromptUsed(prompt.name, prompt.version, prompt.hash), model

    def count(self, usage: Usage) -> None:
        """Add the tokens of a call, and what they cost."""
        self.used.add(usage)
        self.tokens = {"prompt": self.used.prompt, "completion": self.used.completion}

    def left(self) -> float:
        """Seconds until no model may be asked any more."""
        return max(0.0, self.ends - time.monotonic())

    def restart(self, note: str) -> None:
        """Throw away what was settled: another model writes, or extracts answer. `note` says so, and why."""
        self.sentences, self.citations = [], []
        self.prompt = self.model = None
        self.cut = False
        self.notes.append(note)

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

    def receipt(self) -> Receipt:
        """How it came about."""
        return Receipt(
            generation=self.generation,
            prompt=self.prompt,
            model=self.model,
            tokens=dict(self.tokens),
            tokens_estimated=self.used.estimated,
            cost=None if self.used.cost is None else round(self.used.cost, 6),
            timings_ms={k: round(v, 1) for k, v in self.timings.items()},
            retrieved=self.retrieved,
            notes=tuple(self.notes),
            chance=_rounded(self.chance),
        )

    def text(self) -> str:
        """The sentences, each with the numbers of its citations."""
        gap = "" if self.language in ("zh", "ja") else " "
        return gap.join(s.text + gap + "".join(f"[{n}]" for n in s.citations) for s in self.sentences)


def link_to(passage: Passage, start: int | None, end: int | None, public_url: str | None) -> str:
    """Where the article opens, at the exact quote if there is one."""
    base = f"{(public_url or '').rstrip('/')}/articles/{quoted(passage.article.id, safe='')}"
    return base if start is None else f"{base}?version={passage.version}&start={start}&end={end}#quote"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
