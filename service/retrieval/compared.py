"""English questions that compare, "the returns of A and B", made into one of each."""

from __future__ import annotations

import re

_VERSUS = re.compile(
    r"^(?P<head>)(?P<a>[^,?]{2,60}?)\s+(?:vs\.?|versus)\s+(?P<b>[^,?]{2,60}?)(?P<tail>)\??$", re.IGNORECASE
)
_PATTERNS = (
    re.compile(
        r"^(?P<head>.*?)\b(?:compared?|distinguish(?:es)?)\s+(?P<a>[^,?]{2,60}?)\s+"
        r"(?:with(?! (?:regard|respect))|to|from|against|vs\.?|versus)\s+(?P<b>[^,?]{2,60}?)"
        r"(?P<tail>(?:\s+(?:in|on|at|for|by|regarding|about|under|during)\b[^?]*)?)[?.]?$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<head>.*?)\b(?:compare|comparison (?:of|between)|differences? (?:between|of)|distinguish(?:es)?)\s+"
        r"(?P<a>[^,?]{2,60}?)\s+and\s+(?P<b>[^,?]{2,60}?)"
        r"(?P<tail>(?:\s+(?:in|on|at|for|with|by|regarding|about|under|during)\b[^?]*)?)[?.]?$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<head>(?:how\s+|in what ways?\s+)?(?:do|does|did|are|is|have|has|had|were|was))\s+(?:both\s+)?"
        r"(?P<a>[^,?]{2,60}?)\s+and\s+(?P<b>[^,?]{2,60}?)\s+"
        r"(?P<tail>(?:differ|compare|both|the same|alike|similar|different|each|have in common)\b[^?]*)\??$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<head>(?:which|who|what)\b[^,:?]*?)(?:,|:)\s+(?P<a>[^,?]{2,50}?),?\s+or\s+(?P<b>[^,?]{2,50}?)(?P<tail>)\??$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<head>.*?)\b(?P<a>(?-i:[A-Z][\w’'.-]*(?:\s+[A-Z][\w’'.-]*)*)|[\w’'.-]+)\s+and\s+"
        r"(?P<b>(?-i:[A-Z][\w’'.-]*(?:\s+[A-Z][\w’'.-]*)*)|[\w’'.-]+)\b(?P<tail>[^?]*?),?\s*\brespectively\b[^?]*\??$",
        re.IGNORECASE,
    ),
    _VERSUS,
)
# One thing with "and" in its name; a quoted title is one as well.
_ONE_THING = re.compile(
    r"[\"“][^\"”]*[\"”]|\b(?:terms and conditions|salt and pepper|research and development|health and safety|"
    r"profit and loss|supply and demand|wear and tear|pros and cons|trial and error|law and order|"
    r"rules and regulations|mergers and acquisitions|bed and breakfast|questions and answers|"
    r"food and (?:drinks?|beverages?)|drugs and alcohol|arts and crafts|science and technology|black and white)\b",
    re.IGNORECASE,
)
_TIED = "\x00"
_PLACED = re.compile(r"^(?P<of>.*\b(?:of|in|for|at|on|from|by|to))\s+\S", re.IGNORECASE)
_ARTICLE_TWICE = re.compile(r"\b(?:the|an?)\s+(?=(?:the|an?|those|that|our|their|its)\b)", re.IGNORECASE)


def compared(text: str) -> list[str]:
    """What is asked of both stands around them; the words that compare say nothing of either."""
    tied = _ONE_THING.sub(lambda m: m[0].replace(" ", _TIED), text)
    for pattern in _PATTERNS:
        match = pattern.match(tied)
        if match is None:
            continue
        one, other = match["a"], match["b"]
        joined = tied[match.end("a") : match.start("b")].split()
        if joined == ["and"] and any(" and " in f" {side} " for side in (one, other)):
            return []  # which "and" parts the two is not known
        if pattern is _VERSUS and len(one.split()) != len(other.split()):
            return []  # what is asked of both may stand beside one alone: A vs B returns
        placed = _PLACED.match(one)
        if placed is not None and not _PLACED.match(other) and not _shared(placed["of"], other):
            other = f"{placed['of']} {other}"  # the returns of A and B
        parts = (" ".join(f"{match['head']} {side} {match['tail']}".split()) for side in (one, other))
        return [_ARTICLE_TWICE.sub("", part).replace(_TIED, " ") for part in parts]
    return []


def _shared(head: str, other: str) -> bool:
    return bool(set(head.casefold().split()) & set(other.casefold().split()) - {"the", "a", "an"})
