"""The form of an English question: its words in order, without those that say nothing; how and when it asks."""

from __future__ import annotations

import re
from collections.abc import Hashable

from service.answering.quantities import in_digits

_ASKS = r"(?=,? (?:who|what|which|when|where|why|how)\b),?"
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|excuse me|please)\b[,!.]?\s*)*"
    rf"(?:(?:(?:can|could|would|will) you )?(?:please )?(?:tell me|let me know|explain(?: to me)?){_ASKS}"
    r"|(?:i want|i need|i would like|i'd like|i wish) to know,?|(?:may|can|could) i ask,?|do you know,?"
    r"|(?:i am|i'm) wondering,?|i wonder,?)?\s*|[\s,]+(?:please|thanks|thank you)\W*$",
    re.IGNORECASE,
)
_WHOLE = {"can't": "can not", "won't": "will not", "shan't": "shall not", "cannot": "can not"}
_CONTRACTED = (
    (re.compile(r"\b(can't|won't|shan't|cannot)\b", re.IGNORECASE), lambda m: _WHOLE[m[1].lower()]),
    (re.compile(r"n't\b", re.IGNORECASE), lambda _: " not"),
    (re.compile(r"\b(what|who|when|where|why|how|there|that|it|here)'s\b", re.IGNORECASE), lambda m: f"{m[1]} is"),
    (re.compile(r"\bI'm\b"), lambda _: "I am"),
    (re.compile(r"'re\b"), lambda _: " are"),
    (re.compile(r"'ve\b"), lambda _: " have"),
    (re.compile(r"'ll\b"), lambda _: " will"),
    (re.compile(r"(?<=\w)'s\b|(?<=s)'(?=\s)"), lambda _: ""),
)
# What is said in front may as well be said behind: "In 2023, how many", "If I leave, what happens".
_IN_FRONT = re.compile(
    r"^((?:in|on|at|for|from|during|since|until|before|after|if|when|with|without|by|under)\s[^,?]+),\s+"
    r"((?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|may|must|should|will|has"
    r"|have|had)\b[^,]*?)(\W*)$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"^((?:what|which|who)\b.*\S) (in|on|at|for|from|to|with|about|by)(\W*)$", re.IGNORECASE)
_YEAR_IN = re.compile(r"\b(?:in|at) (?:what|which) (?=(?:year|month|decade|century|time)\b)", re.IGNORECASE)
_FRAMES = (
    (re.compile(r"^what (is|was) the number of ([^,?.]+)", re.IGNORECASE), r"how many \2 \1"),
    (re.compile(r"^(how many .+) get(\W*)$", re.IGNORECASE), r"\1 have\2"),
    (re.compile(r"^where (?:can|do) i find\b", re.IGNORECASE), "where is"),
    (re.compile(r"^what happens when\b", re.IGNORECASE), "what happens if"),
    (re.compile(r"^what is (.+) called(\W*)$", re.IGNORECASE), r"what is the name of \1\2"),
    (re.compile(r"^how (?:(?:do|can) (?:i|one)|does one|to)\b", re.IGNORECASE), "howto"),
    (re.compile(r"^what is the (?:cost|price) of (.+?)(\W*)$", re.IGNORECASE), r"how much does \1 cost\2"),
    (re.compile(r"^what (do|does|did) (.+?) cost(\W*)$", re.IGNORECASE), r"how much \1 \2 cost\3"),
    (re.compile(r"^what (is|was) the (?:length|duration) of (.+)$", re.IGNORECASE), r"how long \1 \2"),
    (re.compile(r"\b(is|are|was|were) there\b", re.IGNORECASE), r"\1"),
    (re.compile(r"\be-mail", re.IGNORECASE), "email"),
    (re.compile(r"\b(?:percentage|per cent)\b", re.IGNORECASE), "percent"),
    (re.compile(r"\bwhom\b", re.IGNORECASE), "who"),
    (re.compile(r"\bwhich\b", re.IGNORECASE), "what"),
    (re.compile(r"\bbicycle", re.IGNORECASE), "bike"),
    (re.compile(r"\bvacation days?\b|\bdays? of vacation\b", re.IGNORECASE), "holiday days"),
)
_TOKEN = re.compile(
    r"(?<![\w.])[-.]\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\s\w.,;:?!'\"“”()\-–—]|_"
)
_ARTICLES = frozenset(("a", "an", "the"))
# "A few" is not "few": an article is kept before these.
_WITH_ARTICLE = frozenset(("few", "little", "lot", "other", "number"))
# How it is asked is kept apart from the words: where these stand says nothing, whether they do does.
_ASKED = {
    **dict.fromkeys(("is", "are", "am"), "is"), **dict.fromkeys(("was", "were"), "was"),
    **dict.fromkeys(("do", "does"), "do"), "did": "did", "will": "will", "can": "can", "may": "can",
    **{word: word for word in ("could", "might", "must", "should", "shall", "would")},
    **{word: word for word in ("what", "who", "whose", "when", "where", "why", "how", "howto", "which", "whom")},
}  # fmt: skip
_ANYWHERE = frozenset(("is", "are", "am", "was", "were", "do", "does", "did"))
_OF = frozenset(("the", "a", "an", "many", "much", "what", "my", "our", "your", "is", "was", "are", "were"))
_BETWEEN = (
    "in on at from to by with without before after over under between against into out for about during since until "
    "per through than as like above below within off up down via across among and or but if unless because while of "
    "not no that this these those it they he she i we you"
)
_PREPOSITIONS = frozenset(_BETWEEN.split())
_PLAIN = (
    _ARTICLES
    | _PREPOSITIONS
    | _OF
    | _ASKED.keys()
    | {"please", "tell", "explain", "list", "name", "has", "have", "had"}
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_FIRST = re.compile(r"[^\W\d_]+")
_SINGULAR = (
    "goods customs arms means premises savings proceeds contents headquarters series species always sometimes besides "
    "towards afterwards regards glasses manners spirits colors colours minutes terms papers works goes"
)
_NOT_PLURAL = frozenset(_SINGULAR.split())


def english_form(text: str) -> Hashable | None:
    """The form of a question in an alphabet; words of other languages than English all count."""
    for pattern, written in _CONTRACTED:
        text = pattern.sub(written, text)
    text = _with_small_first(_POLITE.sub("", text))
    text = _IN_FRONT.sub(r"\2 \1\3", text)
    text = _YEAR_IN.sub("what ", text)
    text = _BEHIND.sub(r"\2 \1\3", text)
    for frame, put in _FRAMES:
        text = frame.sub(put, text)
    words = _of_behind([_alike(word) for word in _TOKEN.findall(in_digits(text))])
    asked: list[str] = []
    told: list[str] = []
    for at, word in enumerate(words):
        if word in _ASKED:
            asked.append(_ASKED[word])
            # In front it asks; where it stands later, it says what is asked of.
            if word not in _ANYWHERE and told:
                told.append(word)
        elif word not in _ARTICLES or (at + 1 < len(words) and words[at + 1] in _WITH_ARTICLE):
            told.append(word)
    return (tuple(told), tuple(sorted(asked)), words[0] in _ASKED) if told else None


def _with_small_first(text: str) -> str:
    """The text with its first letter small, unless it begins a name."""
    first = _FIRST.match(text)
    if first is None or first[0].lower() not in _PLAIN or (len(first[0]) > 1 and first[0].isupper()):
        return text
    return text[0].lower() + text[1:]


def _alike(word: str) -> str:
    """A word in the singular; what has a capital is a name, and stays as it is: May, US, Adams."""
    if _THOUSANDS.fullmatch(word):
        return word.replace(",", "")
    if not word.islower() or len(word) < 4 or word in _PLAIN or word in _NOT_PLURAL:
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is", "ws", "ics")) else word


def _of_behind(words: list[str]) -> list[str]:
    """Phrases of the form "the A of the B" as "B A", as they stand where one says "B's A"."""
    for at in range(len(words) - 1, 0, -1):
        if words[at] != "of":
            continue
        first = at
        while first and not _ends_phrase(words[first - 1]):
            first -= 1
        if first == at or not first or words[first - 1] not in _OF:
            continue
        start = at + 1
        while start < len(words) and words[start] in _ARTICLES:
            start += 1
        end = start
        while end < len(words) and not _ends_phrase(words[end]):
            end += 1
        if end > start:
            words = [*words[:first], *words[start:end], *words[first:at], *words[end:]]
    return words


def _ends_phrase(word: str) -> bool:
    return word in _ARTICLES or word in _ASKED or word in _PREPOSITIONS or word in _OF
