"""“And in 2024?”: the last English question with a part of it replaced."""

from __future__ import annotations

import re

from ingest.terms import terms
from service.conversations import english_parts as parts
from service.conversations import english_words as vocabulary
from service.conversations.chinese_parts import is_person
from service.conversations.english_parts import Span
from service.conversations.english_topic import about, is_plural, stripped, title
from service.conversations.reading import Before

_DETERMINED = re.compile(r"(?i)^(?:the|a|an|this|that|my|your|our|their|its)\s+")
# Nouns that belong to something else: what is asked for is that of the last question's topic.
_OF_SOMETHING_WORDS = (
    "deadline limit exception exceptions cost price reason reasons author fee penalty approval source maximum minimum"
)
# What such a phrase says goes beside what was asked, not in place of a part of it.
_BESIDE = frozenset(["with", "without", "by", "via", "under", "during", "after", "before", "since", "until", "through"])
_OF_SOMETHING = frozenset(_OF_SOMETHING_WORDS.split())


def in_place(fragment: str, before: Before) -> str:
    """The last question, asked of `fragment`."""
    question = re.sub(rf", and (?:{'|'.join(sorted(vocabulary.WH))})\b.*$", "", stripped(before.question))
    m = re.match(rf"(?i)({'|'.join(sorted(vocabulary.PREPOSITIONS, key=len, reverse=True))})\s+(?=\S)", fragment)
    preposition, body = (m.group(1).casefold(), fragment[m.end() :]) if m else ("", fragment)
    when = parts.times(body)
    if (when and when[0][1].text.casefold() == re.sub(r"(?i)^the ", "", body.casefold())) or (
        when and when[0][1].text.casefold() == body.casefold()
    ):
        return _timed(question, when[0][0], body, preposition)
    if parts.AMOUNT.fullmatch(body) and parts.amounts(question):
        return _of_amount(question, body)
    if body.split()[0].casefold() in vocabulary.WH:
        return f"{fragment[:1].upper()}{fragment[1:]} for {about(before)}?"
    head = body.split()[-1].casefold()
    if head in _OF_SOMETHING and not any(head == s.text.split()[-1].casefold() for s in parts.phrases(question)):
        return f"What is {body} {f'of {title(before)}' if head in ('author', 'source') else f'for {about(before)}'}?"
    slot = _slot(question, body, preposition)
    if slot is None:
        return f"{question} {preposition or 'for'} {body}?"
    put = body if _DETERMINED.match(body) or slot.before or parts.names(f"x {body}") else _determined(slot.text) + body
    start = slot.start
    if preposition and slot.before and preposition != slot.before:
        m = re.search(rf"(?i)\b{slot.before}\s+(?:the\s+)?$", question[:start])
        if m:
            start, put = m.start(), f"{preposition} {body}"
    elif slot.before and _DETERMINED.match(slot.text) and not _DETERMINED.match(put) and not parts.names(f"x {body}"):
        put = body
    return f"{question[:start]}{put}{question[slot.end :]}?"


def _of_amount(question: str, body: str) -> str:
    """Another sum in place of the last, in the currency of that where none is named."""
    span = parts.amounts(question)[-1]
    bare = body[:1].isdigit() and body[-1:].isdigit()
    put = re.sub(r"\d[\d,.]*", body, span.text) if bare else body
    return f"{question[: span.start]}{put}{question[span.end :]}?"


def _timed(question: str, kind: str, body: str, preposition: str) -> str:
    """Another time in place of the last; beside it where the question had none of that kind."""
    found = parts.times(question)
    same = [s for k, s in found if k == kind]
    put = f"{preposition or ('on' if kind in ('day', 'weekday') else 'in')} {body}" if kind != "deictic" else body
    if same:
        span = same[-1]
        if span.text[:4].casefold() == "the " and body[:4].casefold() != "the ":
            body = body if kind != "quarter" or body[:1] in "Qq" else f"the {body}"
        if kind == "deictic" or (preposition and span.before and preposition != span.before):
            start = question[: span.start].rfind(span.before) if span.before else span.start
            return f"{question[:start]}{put}{question[span.end :]}?"
        return f"{question[: span.start]}{body}{question[span.end :]}?"
    for other, span in found:
        if {kind, other} == {"year", "deictic"} or (kind == "month" and other in ("quarter", "day")):
            event = re.search(r"(?i)\b(?:618|festival)$", span.text) if kind == "year" else None
            start = question[: span.start].rfind(span.before) if span.before and not event else span.start
            kept = f"the {event.group()} {put}" if event else put
            return f"{question[:start]}{kept}{question[span.end :]}?"
    return f"{question} {put}?"


def _slot(question: str, body: str, preposition: str) -> Span | None:
    """The part of the question that `body` stands in for."""
    sums = {a.start for a in parts.amounts(question)}
    every = [s for s in parts.phrases(question) if s.start not in sums]
    asked = re.search(r"(?i)\b(?:how (?:many|much)|what|which)\s+$", question[: every[0].start]) if every else None
    found = (every[1:] if asked else every) or every
    named = [s for s in parts.names(question) if s.start not in sums]
    ours = set(terms(_DETERMINED.sub("", body)))
    is_name = bool(parts.names(f"x {body}")) or bool(re.search(r"[^\x00-\x7f]", body))
    sharing = [s for s in every if ours & set(terms(s.text))]
    if sharing and (not is_name or _DETERMINED.match(body)):
        return max(sharing, key=lambda s: (len(ours & set(terms(s.text))), -s.start))
    if is_name and preposition in _BESIDE and not any(s.before == preposition for s in named):
        return None
    if is_name and named and not is_person(body):
        loud = body.isupper()
        like = [s for s in named if s.before == preposition and preposition]
        return (like or [s for s in named if s.text.isupper() == loud] or named)[-1]
    if preposition:
        same = [s for s in found if s.before == preposition]
        return same[-1] if same else None
    someone = is_person(body)
    if someone and not is_name and not preposition and not any(is_person(s.text) for s in found):
        return None
    found = [s for s in found if is_person(s.text) == someone] or found
    if not is_name:
        starts = {s.start for s in named}
        found = [s for s in found if s.start not in starts] or found
    if is_name:
        found = [s for s in found if s.before in ("in", "at", "for", "from", "of", "on")] or found
    return max(found, key=lambda s: (_kind(s.text) == _kind(body), bool(s.before), s.start), default=None)


def _kind(phrase: str) -> tuple[bool, bool]:
    """(definite, several)."""
    return phrase.casefold().startswith("the "), is_plural(phrase)


def _determined(text: str) -> str:
    """The article that goes before another noun in its place; none before several."""
    m = re.match(r"(?i)the\s+", text)
    return "the " if m else ""
