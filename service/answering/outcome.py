"""What becomes of a draft: a whole answer, one that says what it lacks, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from prompts import phrase
from service.answer import Answer, Mode, Nearest
from service.answering.compose import Draft, link_to
from service.answering.remaining import follow_ups, open_parts
from service.conversations.courtesy import Courtesy
from service.retrieval.evidence import Passage

_NEAREST = 3
# Words that are named as missing; more would be the whole question again.
_NAMED = 4


def finished(draft: Draft, evidence: Sequence[Passage], articles: int, mode: Mode) -> Answer:
    """The whole answer; `partial` where a sentence is borne only in part, something asked stays open,
    or a model was cut.

    Declined where nothing was settled.
    """
    if not draft.sentences:
        return declined(draft, evidence, articles, mode)
    half = any(s.support != "supported" for s in draft.sentences)
    missing = tuple(phrase("missing_part", draft.language, part=part) for part in open_parts(draft))
    if half:
        missing += (phrase("missing_half", draft.language),)
    if draft.cut:
        missing += (phrase("missing_cut", draft.language),)
    return Answer(
        id=draft.answer_id,
        conversation_id=draft.conversation_id,
        question=draft.question,
        standalone_question=draft.standalone,
        language=draft.language,
        outcome="partial" if missing else "answered",
        mode=mode,
        text=draft.text(),
        sentences=tuple(draft.sentences),
        citations=tuple(draft.citations),
        conflicts=tuple(draft.conflicts),
        follow_ups=follow_ups(draft, evidence),
        missing=missing,
        notices=tuple(draft.notices),
        receipt=draft.receipt(),
    )


def answered_back(draft: Draft, kind: Courtesy) -> Answer:
    """A fixed sentence to what asks nothing: nothing was searched, nothing is cited."""
    return replace(declined(draft, (), 0), text=phrase(f"courtesy_{kind}", draft.language))


def declined(draft: Draft, evidence: Sequence[Passage], articles: int, mode: Mode = "extractive") -> Answer:
    """Says that the articles do not answer, what was searched, what is missing, and which articles come nearest."""
    nearest = list({p.article.id: p for p in reversed(evidence)}.values())[::-1][:_NEAREST]
    if not articles:
        text = phrase("declined_empty", draft.language)
    else:
        parts = [phrase("declined", draft.language, articles=articles, passages=len(draft.retrieved))]
        if draft.lacking:
            words = phrase("missing_join", draft.language).join(draft.lacking[:_NAMED])
            parts.append(phrase("missing", draft.language, words=words))
        if nearest:
            titles = "、" if draft.language == "zh" else "; "
            parts.append(phrase("declined_near", draft.language, titles=titles.join(p.article.title for p in nearest)))
        parts.append(phrase("declined_hint", draft.language))
        text = ("" if draft.language == "zh" else " ").join(parts)
    return Answer(
        id=draft.answer_id,
        conversation_id=draft.conversation_id,
        question=draft.question,
        standalone_question=draft.standalone,
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
