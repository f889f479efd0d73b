"""What in a quote speaks against a claim that has its words: a "no", the opposite word, names or numbers exchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ingest.terms import ENGLISH_STOP, question_terms, terms
from service.answering.opposites import opposed
from service.answering.quantities import in_digits, numbers
from service.answering.verifying.bounds import beyond
from service.answering.verifying.spoken import Said, Spoken, sentences_of, spoken

NEGATION = re.compile(
    r"\b(?:not(?! (?:only|just|merely|simply|least)\b)|no(?!\.| ?\d| (?:later|earlier|sooner|more|less|fewer) than\b)"
    r"|never|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b"
    r"|不(?![仅但断管论久同])|没|未(?!来)|无(?!论|线|人机)|非(?![常洲])",
    re.IGNORECASE,
)
# A translation may say no by other words, as "failed to" for 未能.
DENIAL = re.compile(
    r"\b(?:un|in|im|ir|dis|non-?)\w{3,}|\w+less\b"
    r"|\b(?:fail|lack|refus|reject|avoid|prevent|stop|ceas|end|few|little|rare|hard|free|only|except|instead|rather|than"
    r"|unless|until|however|but|despite|although|too)\w{0,4}\b|[失拒免禁止难少缺否停除别勿避]|只有|而是|反而",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[,;:，；：。.!?！？—\n]|\b(?:but|although|while|because|that|which|who|when|if)\b|但|虽然|因为", re.IGNORECASE
)
# A clause of a quote that has this much of a claim speaks of the same.
_SAME = 0.6
_UP = (
    "increas rais rise rose elev enhanc promot activ improv greater higher more induc gain grow grew stimul boost "
    "strengthen acceler longer facilit larg larger expand surg climb most highest better stronger support caus benefit "
    "associ correl link effect favor"
)
_DOWN = (
    "decreas reduc lower declin fall fell drop inhibit suppress impair less fewer fewest loss lack block prevent "
    "diminish weaken slow shorter fail restrict limit cut shrink deplet abolish worse smaller least lowest absent "
    "absenc defici protect delay dampen hinder disrupt without independ"
)
_UP_HAN = re.compile("上升|上涨|增长|增加|提高|提升|扩大|促进|高于|多于|超过|大于|增强|加快|最高|最多|最大|升至|涨")
_DOWN_HAN = re.compile("下降|下跌|减少|降低|缩小|抑制|低于|少于|不足|小于|减弱|放缓|最低|最少|最小|降至|跌")
_UP_STEMS, _DOWN_STEMS = (frozenset(t for w in words.split() for t in terms(w)) for words in (_UP, _DOWN))
# Both are said of the same thing, and neither word has a single opposite that `opposites` could list.
_AGAINST_HAN = (
    ("高于", "低于"),
    ("多于", "少于"),
    ("大于", "小于"),
    ("超过", "不足"),
    ("早于", "晚于"),
    ("快于", "慢于"),
)

_PART = re.compile(r"[,;:，；：。、]\s?(?!\d)|\b(?:and|but|while|whereas|although|compared|versus)\b|而|但|与")
_TIME = re.compile(r"[第年月日季度周期]|^(?:year|month|quarter|week|first|second|third|last)")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:[.,'’][^\W_\u3400-\u9fff]+)*")
_PASSIVE = re.compile(r"\bby\b|被|由")
_LIGHT_HAN = frozenset("的了在是于为有也都会可以能要就把将个和与及或并")
# What is exchanged is short, what a claim says besides stands in the sentence.
_LONGEST_EXCHANGED, _ALIKE = 8, 0.8


def direction(text: str, found: Sequence[str]) -> int:
    """1 where a text speaks of more, -1 where of less, 0 where of neither or both; `found` are its terms."""
    up = any(t in _UP_STEMS for t in found) or _UP_HAN.search(text) is not None
    down = any(t in _DOWN_STEMS for t in found) or _DOWN_HAN.search(text) is not None
    return up - down


def denied(claim: Said, quoted: str) -> bool:
    """Whether a claim denies what its quotes do not, or leaves out the "not" of the clause that it repeats."""
    asked = tuple(claim.weights)
    if not asked:
        return False
    count = len(NEGATION.findall(claim.text))
    if not count:
        clause = max(_CLAUSE_END.split(quoted), key=lambda part: _share(claim, asked, part))
        return bool(NEGATION.search(clause)) and _share(claim, asked, clause) >= _SAME
    if count > len(NEGATION.findall(quoted)):
        return True
    parts = [s.text for s in sentences_of(quoted)]
    for clause in _CLAUSE_END.split(claim.text):
        words = [t for t in question_terms(in_digits(clause)) if t in claim.weights]
        if not words or not NEGATION.search(clause):
            continue
        shares = [_share(claim, words, part) for part in parts]
        best = max(shares, default=0.0)
        if not any(NEGATION.search(p) for p, share in zip(parts, shares, strict=True) if share == best):
            return True
    return False


def reversed_in(claim: Said, sentence: Spoken) -> bool:
    """Whether a sentence has most of a claim and the opposite of one of its words: more for less, 高于 for 低于.

    So has one that sets a bound on the other side of a number: up to for above.
    """
    asked = frozenset(claim.weights)
    if _share(claim, tuple(asked), sentence.text) < _SAME:
        return False
    if beyond(claim.text, sentence.text):
        return True
    if opposed(asked, sentence.known, claim.text, sentence.text):
        return True
    if direction(claim.text, claim.terms) * direction(sentence.text, sentence.terms) < 0:
        return True
    return any(
        ours in claim.text and ours not in sentence.text and theirs in sentence.text and theirs not in claim.text
        for pair in _AGAINST_HAN
        for ours, theirs in (pair, pair[::-1])
    )


def exchanged(claim: Said, sentence: Spoken) -> bool:
    """Whether a claim has two parts of a sentence in each other's place: who did what to whom, which number is whose.

    "A paid B" and "B paid A" have the same words. Turned about: first part, something between, and last part stand in
    the sentence in the opposite order. Where one of both is in the passive that is as it should be.
    """
    if bool(_PASSIVE.search(claim.text)) != bool(_PASSIVE.search(sentence.text)):
        return False
    ours, theirs = _tokens(claim.text), _tokens(sentence.text)
    parts = _parts(ours, theirs)
    if sum(length for _, length in parts) < _ALIKE * len(ours):
        return False
    places = [place for place, _ in parts]
    short = [i for i, (_, length) in enumerate(parts) if length <= _LONGEST_EXCHANGED]
    return any(_ordered(_turned(places, i, j)) for i in short for j in short if j > i + 1)


def _turned(places: Sequence[int], i: int, j: int) -> list[int]:
    turned = list(places)
    turned[i], turned[j] = turned[j], turned[i]
    return turned


def _ordered(places: Sequence[int]) -> bool:
    return all(a < b for a, b in pairwise(places))


def misplaced(claim: Said, sentence: Spoken) -> bool:
    """Whether a claim gives a number to what another clause of the sentence has another number for.

    Of "live orders 31.4 %, shelf orders 9.8 %" the claim "shelf orders 31.4 %" has every word. What a number belongs to
    is told by the word that the claim begins with.
    """
    first = next((t for t in claim.content if not t[0].isdigit() and not _TIME.search(t)), None)
    if not claim.numbers or first is None:
        return False
    clauses = [(numbers(c), frozenset(question_terms(in_digits(c)))) for c in _PART.split(sentence.text)]
    for held, known in clauses:
        given = held & claim.numbers
        if not given or first in known or known <= claim.weights.keys():
            continue
        kinds = {_kind(n) for n in given}
        for other, theirs in clauses:
            if first in theirs and not other & claim.numbers and kinds & {_kind(n) for n in other}:
                return True
    return False


def _kind(number: str) -> str:
    return number[-1] if number[-1] in "%/" else "/" if "/" in number else "year" if _YEAR.fullmatch(number) else ""


def _parts(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """A claim as the longest runs of a sentence, in the claim's order: where each begins there, and its length."""
    places: dict[str, list[int]] = {}
    for i, token in enumerate(theirs):
        places.setdefault(token, []).append(i)
    parts: list[tuple[int, int]] = []
    at = 0
    while at < len(ours):
        best = (0, 0)
        for place in places.get(ours[at], ()):
            length = 1
            while (
                at + length < len(ours) and place + length < len(theirs) and ours[at + length] == theirs[place + length]
            ):
                length += 1
            best = max(best, (length, place))
        if best[0]:
            parts.append((best[1], best[0]))
        at += best[0] or 1
    return parts


@lru_cache(4096)
def _tokens(text: str) -> tuple[str, ...]:
    """Words and Han characters in order, without those that say nothing."""
    return tuple(
        terms(token)[0] if token.isascii() and terms(token) else token
        for token in _TOKEN.findall(in_digits(text).casefold())
        if token not in ENGLISH_STOP and token not in _LIGHT_HAN
    )


def _share(claim: Said, asked: Sequence[str], text: str) -> float:
    """How much of some of a claim's words, by weight, stand in a text; its numbers are compared elsewhere."""
    known = spoken(text).known
    words = [t for t in asked if not t[0].isdigit()]
    whole = sum(claim.weights[t] for t in words)
    return sum(claim.weights[t] for t in words if t in known) / whole if whole else 0.0
