"""Text to search terms: stemmed words for alphabets, character bigrams for Han and kana.

The keyword index, the answer's scoring and the decision to decline all count the same terms.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

VERSION = "3"

# Without ・ (U+30FB), which parts words.
_CJK = "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_CJK}]+|\d+(?:[.,]\d+)*|[^\W\d_{_CJK}]+(?:'[^\W\d_{_CJK}]+)*")
_IS_CJK = re.compile(rf"[{_CJK}]")
# Accents alone: the marks that voice kana (U+3099, U+309A) tell words apart.
_ACCENTS = re.compile("[\u0300-\u036f]+")

_ENGLISH = (
    "a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it "
    "its me my of on or our she should so some such than that the their them then there these they this those to us "
    "was we were what when where which while who whom whose why will with would you your about any also am just not "
    "no nor"
)
ENGLISH_STOP = frozenset(_ENGLISH.split())
_CONTRACTED = re.compile(r"(?:n't|'(?:s|re|ve|ll|d|m))$")
_CLIPPED = frozenset(("ca", "wo"))  # what is left of can't and won't
# Words of a Chinese question that say nothing of its subject. Removed before bigrams are cut, so that
# 为什么 in a question does not look for 为什么 in articles.
_CHINESE_STOP = re.compile(
    "为什么|为何|什么|怎么样|怎么|怎样|如何|是否|哪些|哪个|哪位|哪一|哪里|哪|多少|几个|请问|可以|能否|是不是|有没有|"
    "谁|吗|呢|吧|啊|了|的|地|得|和|与|及|在|是|有|被|把|对|从|到|也|都|就|而|或|我们|我|你|他们|它|这么|那么|多么|这个|那个|这|那"
)


# One answer counts the terms of the same passages and sentences several times.
_KEPT_UP_TO = 2000


def terms(text: str) -> list[str]:
    """Terms of a text in reading order, repeated where they repeat."""
    return list(_kept(text)) if len(text) <= _KEPT_UP_TO else _terms(text)


@lru_cache(maxsize=2048)
def _kept(text: str) -> tuple[str, ...]:
    return tuple(_terms(text))


def _terms(text: str) -> list[str]:
    folded = _folded(text)
    if not _IS_CJK.search(folded):
        return list(map(_term, _TOKEN.findall(folded)))
    found: list[str] = []
    for token in _TOKEN.findall(folded):
        if _IS_CJK.match(token):
            found.extend(_bigrams(token))
        else:
            found.append(_term(token))
    return found


def question_terms(question: str) -> list[str]:
    """Distinct terms that say what a question is about, stop words of English and Chinese left out."""
    kept: dict[str, None] = {}
    for token in _TOKEN.findall(_folded(question)):
        if _IS_CJK.match(token):
            for run in _CHINESE_STOP.split(token):
                kept.update(dict.fromkeys(_bigrams(run)))
        elif not _says_nothing(token):
            kept[_term(token)] = None
    return list(kept)


def _folded(text: str) -> str:
    """The text with case, width, accents and apostrophes made alike."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
    return text.replace("’", "'")


def _says_nothing(word: str) -> bool:
    plain = _CONTRACTED.sub("", word)
    return plain in ENGLISH_STOP or (plain != word and plain in _CLIPPED)


@lru_cache(maxsize=100_000)
def _term(token: str) -> str:
    return token.replace(",", "") if token[0].isdigit() else _stem(token)


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or ([run] if run else [])


def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word.removesuffix("'s")))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from Stemmer import Stemmer

    return Stemmer("english")
