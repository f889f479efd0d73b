"""Pronouns of an English question that point back to the turns before it, put into words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.terms import question_terms
from service.conversations import english_parts as parts
from service.conversations import english_words as vocabulary
from service.conversations.english_topic import is_plural, person
from service.conversations.reading import Before
from service.conversations.topics import about, place, title, topic

_RELATIONAL_WORDS = (
    "deadline deadlines exception exceptions limit limits cost costs price prices reason reasons difference example "
    "examples source sources author date dates detail details condition conditions requirement requirements step steps "
    "process procedure penalty fee fees cause causes effect effects result results consequence consequences maximum "
    "minimum rule rules approve approves approved approval pays paid pay decides decide responsible advantage "
    "disadvantage alternative alternatives benefit benefits risk risks purpose limitation validity duration owner "
    "contact apply applies needed required necessary expire start end begin"
)
# What everything has: asked for alone, it is that of something else.
RELATIONAL = frozenset(question_terms(_RELATIONAL_WORDS))

_HEADS = "(?:this|that|these|those)"
_HELPERS = "(?:is|was|are|were|does|did|do|has|have|can|will|would|should|may|could|must)"
_BEFORE_HEADS = "(?:of|for|to|about|on|in|with|under|by|after|before)"
_POINTED = re.compile(
    rf"(?:\b{_HELPERS} |^|\b{_BEFORE_HEADS} )(?P<head>{_HEADS})\b(?: (?P<noun>\w+))?|\b(?P<last>{_HEADS})$|"
    rf"\b(?P<plain>this|these|those) (?P<of>\w+)"
)
_IDIOM = re.compile(
    r"\bit\b(?: \w+)? (?:to|that|for|if|when|whether|how|why|who|what|like|called|possible|true|mean|take(?= \w))\b|"
    r"\b(?:takes?|took|costs?|calls?|called|means?|possible|true|raining|time|matter) (?:it|to)\b"
)
_WROTE = re.compile(
    r"\b(?:who|when|where)\b.*\b(?:wrote|written|writes|authored|published|author|says|said|states)\b|\bauthor\b"
)
_WHEN_WORDS = (
    "year month week quarter summer winter spring autumn fall season festival 618 morning evening weekend time day "
    "century decade company site way moment who"
)
_NOT_POINTED = frozenset(_WHEN_WORDS.split())
_NOT_A_NOUN_WORDS = "still also and or when if so true right correct happen mean work apply cost"
_NOT_A_NOUN = vocabulary.BE | vocabulary.AUXILIARIES | vocabulary.PREPOSITIONS | frozenset(_NOT_A_NOUN_WORDS.split())
_ANOTHER = re.compile(
    r"\belse\b|\bthe (?:same|other one|others|second one|first one|former|latter)\b|"
    r"\b(?:an?|the) (?:\w+ )?ones?\b|\b(?:another|which|that) ones?\b"
)
_DOCUMENTS = ("article", "page", "document", "note", "text", "report")
_MOST_OWN = 5


def resolved(question: str, before: Before) -> str | None:
    """The question with its pronouns replaced, None where it has none that points back."""
    low = question.casefold().replace("’", "'")
    own = question_terms(question)
    if len(own) > _MOST_OWN:
        return None
    found = sorted(_found(question, low, before), key=lambda one: one[0], reverse=True)
    for (start, end), what in found:
        question = question[:start] + what + question[end:]
    if found:
        return question
    if _ANOTHER.search(low) and len(own) <= 3:
        return f"{question} ({about(before)})"
    return None


def _found(question: str, low: str, before: Before) -> Iterator[tuple[tuple[int, int], str]]:
    """(span, what it means) of each pronoun."""
    m = re.search(r"\b(?:he|she|him|his|her)\b", low)
    who = person(before) if m and not _has_antecedent(question, m.start(), someone=True) else ""
    if m and who:
        yield m.span(), f"{who}'s" if _owns(m.group(), low[m.end() :]) else who
    m = re.search(r"\b(?:they|them|their)\b", low)
    if m and not _has_antecedent(question, m.start(), counted=True):
        what = topic(before, many=True)
        yield m.span(), what if m.group() != "their" else f"{what}'" if what.endswith("s") else f"{what}'s"
    m = re.search(r"\bits?\b", low)
    if m and not _IDIOM.search(low) and not _has_antecedent(question, m.start(), counted=m.group() == "its"):
        article = m.group() == "it" and _WROTE.search(low)
        yield m.span(), (title(before) if article else topic(before)) + ("'s" if m.group() == "its" else "")
    yield from list(_pointed(question, low, before))[:1]
    m = re.search(r"(?<!is )(?<!are )(?<!was )\bthere$", low)
    if m and place(before):
        yield m.span(), f"in {place(before)}"
    m = re.search(r"\b(?:at that time|back then)$", low)
    when = parts.times(before.question)
    if m and when:
        yield m.span(), f"{when[-1][1].before} {when[-1][1].text}".strip()


def _pointed(question: str, low: str, before: Before) -> Iterator[tuple[tuple[int, int], str]]:
    """The same of “this” and “that”, alone or before a noun."""
    for m in _POINTED.finditer(low):
        name = next(n for n in ("head", "last", "plain") if m.group(n))
        noun = m.group({"head": "noun", "plain": "of"}[name]) if name != "last" else None
        several = m.group(name) in ("these", "those")
        if noun is not None and (noun in _NOT_POINTED or noun.isdigit()):
            continue
        if noun is None or noun in _NOT_A_NOUN or (name == "head" and parts.is_verb(noun)):
            yield m.span(name), title(before) if _WROTE.search(low) else topic(before, many=several)
        elif not _has_antecedent(question, m.start(name)):
            what = topic(before, many=is_plural(noun))
            if before.titles and (noun in _DOCUMENTS or noun in before.titles[0].casefold().split()):
                what = title(before)
            elif noun not in what.casefold():
                what = f"the {noun} for {what}"
            yield (m.start(name), m.end("noun" if name == "head" else "of")), what


def _owns(pronoun: str, after: str) -> bool:
    """Whether “his” or “her” says whose the next word is."""
    following = re.match(r"\s+([\w'-]+)", after)
    return pronoun == "his" or (pronoun == "her" and following is not None and not parts.is_small(following.group(1)))


def _has_antecedent(question: str, at: int, someone: bool = False, counted: bool = False) -> bool:
    """Whether something stands before the pronoun, in the question itself, that it may mean."""
    every = [w for w in parts.words(question) if w.start < at]
    if (
        someone
        and len(every) > 1
        and every[0].plain == "who"
        and every[1].plain not in vocabulary.BE | vocabulary.AUXILIARIES
    ):
        return True
    for i, word in enumerate(every):
        plain, last = word.plain, every[i - 1].plain if i else ""
        determined = last in vocabulary.DETERMINERS
        if parts.is_small(plain) or len(plain) < 3 or last in vocabulary.PERSONAL:
            continue
        if not determined and (parts.may_be_verb(plain) or plain in RELATIONAL):
            continue
        if not counted and last in ("who", "what", "which", "many", "much", "long", "often"):
            continue
        if someone and i and not determined and not word.text[:1].isupper():
            continue
        return not parts.is_predicate(plain)
    return False
