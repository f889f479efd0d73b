"""Parts of an English question, found by the small words between them: names, times, noun phrases, the verb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.conversations.english_words import (
    ADJECTIVES,
    ADVERBS,
    AUXILIARIES,
    BE,
    DETERMINERS,
    EITHER,
    JOINTS,
    PEOPLE,
    PERSONAL,
    PREPOSITIONS,
    VERBS,
    WH,
)

_PAST = re.compile(
    r"(?:[a-z]{2,}ed|paid|made|sent|sold|held|done|given|written|built|known|found|lost|kept|bought|taken|set|put|begun|"
    r"born|won|grown|fallen|chosen|worn|spent|left|met|led|wrote|said|took|gave|went|came|became|began|broke|chose|drew|"
    r"drove|fell|got|grew|knew|ran|rose|saw|spoke|taught|thought|threw|told|wore|ate|flew|drank)"
)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
YEAR = re.compile(r"(?<![\w.,])(?:19|20)\d\d(?![\w]|[.,]\d)")
_SEASON = r"year|month|week|quarter|summer|winter|spring|autumn|season|weekend|decade|century|festival|618|day"
TIMES: dict[str, re.Pattern[str]] = {
    "day": re.compile(rf"(?i)\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}\b"),
    "quarter": re.compile(r"(?i)\b(?:the )?(?:first|second|third|fourth|last) (?:quarter|half)\b|\bQ[1-4]\b"),
    "month": re.compile(rf"\b(?:{_MONTHS.replace('|may|', '|(?-i:May)|')})\b", re.IGNORECASE),
    "weekday": re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b", re.IGNORECASE),
    "year": YEAR,
    "deictic": re.compile(rf"(?i)\b(?:this|last|next|previous) (?:{_SEASON})(?:'s)?\b|\btoday\b|\byesterday\b"),
}
_WORD = re.compile(r"[^\W_](?:(?:[\w’'./&-]|(?<=\d),(?=\d))*\w)?%?|[“”\"]")
_CURRENCY = r"(?:(?:CNY|RMB|USD|EUR|GBP|HKD|JPY)\s?|[$¥€£]\s?)"
# A sum or a number, alone: “CNY 8,000”, “25,000元”, “3%”.
AMOUNT = re.compile(rf"(?<![\w.,-]){_CURRENCY}?\d[\d,.]*(?:%| percent|\s?(?:万|亿)?(?:元|块))?(?![\w-])")
_TO_DO = frozenset(
    [
        "have",
        "has",
        "had",
        "need",
        "needs",
        "want",
        "able",
        "allowed",
        "required",
        "how",
        "where",
        "when",
        "going",
        "ought",
    ]
)
_NAME = re.compile(r"(?:[A-Z]|[a-z]+[A-Z])[\w’'&.-]*\w|[A-Z]\b")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question and where it stands."""

    text: str
    start: int
    end: int

    @property
    def plain(self) -> str:
        """As it is compared."""
        return self.text.casefold().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a question; `before` is the preposition in front of them."""

    text: str
    start: int
    end: int
    before: str = ""


def words(text: str) -> list[Word]:
    """The words, in order."""
    return [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]


def is_verb(word: str) -> bool:
    """Whether a word is, in some form of it, more a verb than a noun."""
    return bool(_stems(word) & (VERBS - EITHER)) or bool(_PAST.fullmatch(word))


def may_be_verb(word: str) -> bool:
    """The same for words that are nouns as often."""
    return is_verb(word) or bool(_stems(word) & EITHER)


def is_predicate(word: str) -> bool:
    """Whether a word says something of the phrase before it rather than belongs to it."""
    return word in ADJECTIVES or is_verb(word) or word in ADVERBS


def amounts(text: str) -> list[Span]:
    """Sums and bare numbers, years and dates left out."""
    whens = [s for _, s in times(text)]
    found = (Span(m.group(), m.start(), m.end(), _preposition(text, m.start())) for m in AMOUNT.finditer(text))
    return [a for a in found if not any(s.start <= a.start < s.end for s in whens)]


def is_person(phrase: str) -> bool:
    """Whether a noun phrase speaks of people, whoever they are."""
    last = phrase.split()[-1].casefold()
    return last in PEOPLE or last.removesuffix("s") in PEOPLE or last.removesuffix("ies") + "y" in PEOPLE


def is_small(word: str) -> bool:
    """Whether a word only joins others."""
    return word in WH | BE | AUXILIARIES | PERSONAL | DETERMINERS | PREPOSITIONS | JOINTS | ADVERBS


def times(text: str) -> list[tuple[str, Span]]:
    """(class, span) of what says when; a year inside a longer date belongs to that."""
    found: list[tuple[str, Span]] = []
    for kind, pattern in TIMES.items():
        for m in pattern.finditer(text):
            if not any(s.start <= m.start() < s.end for _, s in found):
                found.append((kind, Span(m.group(), m.start(), m.end(), _preposition(text, m.start()))))
    return sorted(found, key=lambda one: one[1].start)


def names(text: str) -> list[Span]:
    """Runs of capitalised words, with the numbers that follow them; months and the first small word are none."""
    taken = [s for _, s in times(text)]
    found: list[Span] = []
    for word in words(text):
        if any(s.start <= word.start < s.end for s in taken) or word.text.casefold() == "i":
            continue
        first = not text[: word.start].strip(" “\"'")
        joined = bool(found) and text[found[-1].end : word.start] == " "
        common = first and (is_small(word.plain) or word.text[1:].islower())
        if _NAME.fullmatch(word.text) and not common:
            if joined:
                last = found.pop()
                found.append(Span(text[last.start : word.end], last.start, word.end, last.before))
            else:
                found.append(Span(word.text, word.start, word.end, _preposition(text, word.start)))
        elif joined and word.text.isdigit() and len(word.text) < 4:
            last = found.pop()
            found.append(Span(text[last.start : word.end], last.start, word.end, last.before))
    return found


def phrases(text: str) -> list[Span]:
    """Noun phrases, with their determiners: what stands between small words, times and verbs."""
    whens = [s for _, s in times(text)]
    found: list[Span] = []
    for run in _runs(text, whens):
        bare = [w for w in run if w.plain not in DETERMINERS]
        if bare and not all(w.plain in PERSONAL or is_predicate(w.plain) for w in bare):
            start, end = run[0].start, run[-1].end
            found.append(Span(text[start:end], start, end, _preposition(text, start)))
    return found


def _runs(text: str, whens: list[Span]) -> Iterator[list[Word]]:
    """Runs of words that may be a noun phrase."""
    every = words(text)
    definite = any(is_verb(w.plain) and not is_small(w.plain) for w in every)
    run: list[Word] = []
    helped = acted = False
    before = ""
    for at, word in enumerate(every):
        plain = word.plain
        after = every[at + 1].plain if at + 1 < len(every) else ""
        inside = any(s.start <= word.start < s.end for s in whens)
        gap = bool(run) and bool(text[run[-1].end : word.start].strip(" "))
        opens = plain in DETERMINERS and not inside
        verb = not inside and not (run and run[-1].plain in DETERMINERS) and not _named(word, at) and (
            _acts(plain, bool(run), before)
            or (before == "to" and may_be_verb(plain) and (after in DETERMINERS or _to_do(every, at)))
            or (helped and not acted and bool(run) and plain in EITHER and _goes_on(after, definite))
        )  # fmt: skip
        described = plain in ADJECTIVES and before in PREPOSITIONS
        small = is_small(plain) and not described and not (plain in ADVERBS and run and run[-1].plain in DETERMINERS)
        if inside or gap or opens or verb or small or word.text in '“”"':
            if run:
                yield run
            run = [word] if opens else []
            helped, acted = helped or plain in AUXILIARIES, acted or verb
        else:
            run.append(word)
        before = plain
    if run:
        yield run


def _goes_on(after: str, definite: bool) -> bool:
    """Whether what follows a word that may be a verb says that it is one."""
    return (
        after in DETERMINERS
        or after.endswith("ing")
        or not (definite or (after and after not in PREPOSITIONS - {"of"}))
    )


def _to_do(every: list[Word], at: int) -> bool:
    """Whether the “to” before a word follows what a verb is expected after."""
    return at > 1 and every[at - 2].plain in _TO_DO


def _named(word: Word, at: int) -> bool:
    return at > 0 and bool(_NAME.fullmatch(word.text))


def _acts(word: str, after_phrase: bool, before: str) -> bool:
    """Whether a word is a verb, or an adjective that is no part of the noun phrase before it."""
    if before in ("who", "what", "that"):
        return may_be_verb(word)
    if before in PERSONAL:
        return may_be_verb(word) or word in ADJECTIVES
    if before in BE:
        return word in ADJECTIVES or bool(_PAST.fullmatch(word))
    return (is_verb(word) and (after_phrase or before in AUXILIARIES)) or (word in ADJECTIVES and after_phrase)


def _preposition(text: str, start: int) -> str:
    m = re.search(r"(\w+)\s+(?:(?:the|a|an)\s+)?$", text[:start])
    return m.group(1).casefold() if m and m.group(1).casefold() in PREPOSITIONS else ""


def _stems(word: str) -> set[str]:
    """What a verb may be the form of."""
    found = {word}
    if word.endswith("ies"):
        found.add(word[:-3] + "y")
    if word.endswith("es"):
        found.add(word[:-2])
    if word.endswith("s"):
        found.add(word[:-1])
    if word.endswith("ing") and len(word) > 5:
        found |= {word[:-3], word[:-3] + "e", word[:-4]}
    return found
