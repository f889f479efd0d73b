"""Which evidence an answer rests on: that in the question's own script where it can answer, else that in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.language import is_cjk, language_of
from service.answering.deciding.decline import Verdict, can_answer, can_answer_across
from service.answering.orders import without_orders
from service.retrieval.evidence import Passage, evidence_from
from service.retrieval.found import Found
from service.retrieval.search import Retriever
from service.telemetry.stages import staged

# Of the hits, so many in the question's own script are looked at.
_OWN = 40


@staged("weigh")
def weighed(
    question: str, found: Found, groups: Sequence[str], retriever: Retriever, most: int
) -> tuple[list[Passage], Verdict]:
    """At most `most` passages, and whether they can answer; where neither can, those in the question's own script."""
    script = is_cjk(language_of(question))
    own = [h for h in found.hits if is_cjk(h.article.language) == script][:_OWN]
    generation = found.build.generation
    embedder = generation.embedder if generation else None
    evidence = without_orders(evidence_from(own, most))
    verdict = _by_part(can_answer(question, evidence, found.weights, embedder), evidence, found, embedder)
    if verdict.answerable:
        return evidence, verdict
    hits = retriever.across(question, groups, found)
    if hits is None:
        return evidence, replace(verdict, notes=("articles in another script could not be searched",))
    across = without_orders(evidence_from(hits, most))
    if not across:
        return evidence, verdict
    other = can_answer_across(question, across, hits, embedder, second=bool(evidence))
    return (across, other) if other.answerable or not evidence else (evidence, verdict)


def _by_part(verdict: Verdict, evidence: Sequence[Passage], found: Found, embedder: str | None) -> Verdict:
    """The verdict on a question that asks several at once: one that can be answered is enough to go on."""
    able = {one: can_answer(one, evidence, part.weights, embedder).answerable for one, part in found.parts.items()}
    answered = tuple(one for one, can in able.items() if can)
    if not answered:
        return verdict
    left = tuple(one for one, can in able.items() if not can)
    return replace(verdict, answerable=True, answered=answered, open=left)
