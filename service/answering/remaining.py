"""What an answer leaves open: parts of the question without an answer, and what could be asked next."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.language import is_cjk, language_of
from ingest.terms import terms
from prompts import phrase
from service.answering.compose import Draft
from service.answering.orders import is_order
from service.retrieval.evidence import Passage
from service.retrieval.parts import parts_of

_MOST = 3
_SHORTEST, _LONGEST = 2, 60


def open_parts(draft: Draft) -> list[str]:
    """Parts of a question of several parts that neither the answer nor its quotes speak of.

    A part is spoken of where a word stands that it alone has; one that the evidence cannot answer is open anyway. None
    where question and quotes share no script.
    """
    if any(is_cjk(language_of(c.quote)) != is_cjk(language_of(draft.standalone)) for c in draft.citations):
        return []
    parts = {part: frozenset(terms(part)) for part in parts_of(draft.standalone)}
    shown = [s.text for s in draft.sentences]
    shown += [f"{c.title}\n{c.section or ''}\n{c.quote}" for c in draft.citations]
    said = frozenset(term for text in shown for term in terms(text))
    left = [part for part in parts if part in draft.open]
    for part, own in parts.items():
        alone = own.difference(*(other for name, other in parts.items() if name != part))
        if part not in left and alone and not alone & said:
            left.append(part)
    return left if len(left) < len(parts) else []


def follow_ups(draft: Draft, evidence: Sequence[Passage]) -> tuple[str, ...]:
    """Questions that sections of the evidence answer which this answer did not quote, those of cited articles first."""
    cited = {c.article_id for c in draft.citations}
    quoted = {(c.article_id, c.section) for c in draft.citations}
    found: dict[str, None] = {}
    for passage in sorted(evidence, key=lambda p: p.article.id not in cited):
        article = passage.article
        if is_cjk(article.language) != is_cjk(draft.language) or is_order(article.title):
            continue
        for section in article.sections:
            heading = " ".join(section.heading.split())
            within = section.start < passage.end and passage.start < section.end
            told = (article.id, section.heading) not in quoted and heading != " ".join(article.title.split())
            if within and told and _SHORTEST <= len(heading) <= _LONGEST and not is_order(heading):
                found[phrase("follow_up", draft.language, title=article.title, section=heading)] = None
    return tuple(found)[:_MOST]
