"""Answers and hits for people at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from prompts import phrase
from service.answer import Answer, Citation
from service.retrieval.search import Hit

_WIDTH = 100


def render_answer(answer: Answer) -> str:
    """The answer, then its numbered sources with the exact quote of each."""
    parts = [_wrapped(answer.text)]
    if answer.outcome != "declined" and answer.mode == "extractive":
        key = "extractive" if answer.receipt.model is None and len(answer.receipt.notes) == 0 else "model_failed"
        parts.append(phrase(key, answer.language))
    parts.extend(_source(c) for c in answer.citations)
    parts.extend(
        f"  - {n.title}{f' ({n.published_at})' if n.published_at else ''}\n    {n.link}" for n in answer.nearest
    )
    return "\n\n".join(parts)


def render_hits(hits: Sequence[Hit]) -> str:
    """Hits, best first, with the start of each passage."""
    if not hits:
        return "Nothing found."
    return "\n\n".join(
        f"{rank}. {h.article.title}{f' · {h.chunk.section}' if h.chunk.section else ''}  ({h.score:.4f})\n"
        + textwrap.indent(_wrapped(textwrap.shorten(h.chunk.text, 300, placeholder=" …")), "   ")
        for rank, h in enumerate(hits, 1)
    )


def hit_as_json(hit: Hit) -> dict[str, object]:
    """The hit as `POST /v1/search` gives it."""
    return {
        "article_id": hit.article.id,
        "chunk_id": hit.chunk.id,
        "title": hit.article.title,
        "text": hit.chunk.text,
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "score": round(hit.score, 6),
    }


def _source(citation: Citation) -> str:
    about = [citation.title, citation.author, citation.published_at, citation.section]
    if citation.page is not None:
        about.append(f"p. {citation.page}")
    return (
        f"[{citation.number}] {' · '.join(part for part in about if part)}\n"
        + textwrap.indent(_wrapped(f"“{citation.quote}”"), "    ")
        + f"\n    {citation.link}"
    )


def _wrapped(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False) for line in text.splitlines()
    )
