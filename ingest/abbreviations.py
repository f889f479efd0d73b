"""Words of English that end in a full stop without ending a sentence, by what must follow for it to end one."""

from __future__ import annotations

_NEVER = "mr mrs ms mx dr prof messrs mme sen rep gov gen capt cpt col lt sgt rev hon pres vs e.g i.e cf viz ca"
_BEFORE_A_NUMBER = (
    "no nos vol fig figs eq eqs sec ch p pp art para approx est ver ext tel "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
_BEFORE_A_NAME = (
    "inc ltd corp co bros llc jr sr st ft mt ave rd blvd dept univ ed eds u.s u.k u.n e.u d.c ph.d m.d b.a m.a"
)
_TIMES = "a.m p.m"
_AFTER_A_TIME = (
    "monday tuesday wednesday thursday friday saturday sunday eastern pacific central et pt gmt utc est edt pst"
)
_STARTERS = (
    "the a an this that these those it its he she they we i you his her their our my there here what why how who where "
    "which in on at by for from with after before during since when while if although though as but and so or yet "
    "however moreover meanwhile also then both each some many most no not all one another according despite because "
    "once"
)

NEVER = frozenset(_NEVER.split())
BEFORE_A_NUMBER = frozenset(_BEFORE_A_NUMBER.split())
BEFORE_A_NAME = frozenset(_BEFORE_A_NAME.split())
TIMES = frozenset(_TIMES.split())
AFTER_A_TIME = frozenset(_AFTER_A_TIME.split())
STARTERS = frozenset(_STARTERS.split())


def may_end_sentence(word: str, following: str) -> bool:
    """Whether the full stop after `word` can end a sentence that `following` goes on from.

    After "U.S." or an initial a capital proves nothing ("U.S. Navy"); a word like "The" does.
    """
    known = word.lower()
    starts_afresh = following.lower() in STARTERS
    if known in NEVER:
        return False
    if known in BEFORE_A_NUMBER:
        return not following[:1].isdigit()
    if known in TIMES:
        return following.lower() not in AFTER_A_TIME and not following[:1].isdigit()
    if known in BEFORE_A_NAME or (len(word) == 1 and word.isupper()) or _is_initials(word):
        return starts_afresh
    return True


def _is_initials(word: str) -> bool:
    return len(word) > 2 and all(len(part) == 1 for part in word.split("."))
