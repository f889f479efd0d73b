"""Text of an article that speaks to a chat model: never evidence, for it is no statement about anything.

This is the outer wall. What passes it is still checked sentence by sentence against quotes. An article *about* such
attacks quotes them, and what is quoted in a sentence of its own is left in.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from ingest.sentences import sentences
from prompts import seen
from service.retrieval.evidence import Passage

_ODD = re.compile(
    "[\u00ad\u034f\u0370-\u052f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2100-\u214f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uff21-\uff5a\uffa0\U0001d400-\U0001d7ff\U000e0000-\U000e01ef]"
)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,}={0,2}(?![A-Za-z0-9+/=])")
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]){4,}\w(?!\w)")
_LINK_TITLE = re.compile(r"!?\[([^\]\n]*)\]\(\S*?(?:\s+[\"'(]([^\n]*?)[\"')])?\)")
_LETTERS = re.compile(r"(?<!\w)(?:\w[ .\-_*])+\w(?!\w)")
_QUOTATIONS = re.compile(
    r"[“\"]([^“”\"]{4,300})[”\"]|「([^「」]{4,300})」|『([^『』]{4,300})』|`([^`]{4,300})`|‘([^‘’]{4,300})’"
)
_OWN_WORDS = 3
# Letters of other scripts that pass for Latin ones.
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝгкмтвнАЕОРСХІЈЅМТВНКΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορυνι",
    "aeopcyxijsdhlqwrkmtbhAEOPCXIJSMTBHKABEZHIKMNOPTYXaopuvi",
)


# Traditional characters of the words that orders are made of.
_SIMPLIFIED = str.maketrans(
    "請無視記規則並說寫輸顯開發問題資來標註機器語與應當從現裝絕執內約設覆無解間戶員給對話話條單統訊續須們個這關閉將發圖鏈結編碼複誦洩讀遵",
    "请无视记规则并说写输显开发问题资来标注机器语与应当从现装绝执内约设覆无解间户员给对话话条单统讯续须们个这关闭将发图链结编码复诵泄读遵",
)


@cache
def _table() -> dict[str, dict[str, Any]]:
    """`orders.toml`."""
    return tomllib.loads((files("service.answering") / "orders.toml").read_text("utf-8"))


@cache
def _suspects() -> tuple[str, ...]:
    return tuple(_table()["suspect"]["words"])


@cache
def _bare_suspects() -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in _suspects()))


@cache
def _protocol() -> re.Pattern[str]:
    """What tools and chats send each other; it has quotation marks of its own."""
    return re.compile("|".join(f"(?:{p})" for p in _table()["protocol"]["patterns"]), re.IGNORECASE)


@cache
def _order() -> re.Pattern[str]:
    """The patterns of `orders.toml` as one."""
    table = _table()
    words = {f"<{name.upper()}>": value for name, value in table["words"].items()}
    patterns = [p for language in ("english", "chinese", "others") for p in table[language]["patterns"]]
    whole = "|".join(f"(?:{p})" for p in patterns)
    for name, value in words.items():
        whole = whole.replace(name, value)
    return re.compile(whole, re.IGNORECASE | re.MULTILINE)


def without_orders(evidence: Sequence[Passage]) -> list[Passage]:
    """The evidence without what speaks to a chat model; a passage with such text in it becomes the parts around it."""
    kept: list[tuple[Passage, int, int]] = []
    for passage in evidence:
        parts = around_orders(passage.article.text, passage.start, passage.end)
        kept.extend((passage, start, end) for start, end in parts)
    return [Passage(number, p.article, p.version, start, end, p.hits) for number, (p, start, end) in enumerate(kept, 1)]


@lru_cache(maxsize=2048)
def is_order(sentence: str) -> bool:
    """Whether a sentence tells a chat model what to do, plainly, spaced out, in look-alike letters or encoded."""
    if not _ODD.search(sentence) and not _suspect(sentence):
        return False
    plain = " ".join(unicodedata.normalize("NFKC", seen(sentence)).split())
    read = dict.fromkeys((plain, unmasked(sentence)))
    decoded = [_decoded(m[0]) for text in read for m in _ENCODED.finditer(text)]
    return any(_says_order(text) for text in (*read, *decoded) if text)


def unmasked(text: str) -> str:
    """A text in plain letters: look-alikes of other scripts replaced, spaced-out words closed, invisible ones gone."""
    folded = unicodedata.normalize("NFKC", seen(text)).translate(_LOOK_ALIKES).translate(_SIMPLIFIED)
    closed = _LETTERS.sub(lambda m: re.sub(r"[ .\-_*]", "", m[0]), folded) if _SPACED.search(folded) else folded
    return " ".join(closed.split())


def _suspect(text: str) -> bool:
    lower = f" {_plainly(text)}"
    return any(word in lower for word in _suspects()) or bool(_ENCODED.search(text) or _SPACED.search(text))


@lru_cache(maxsize=1024)
def _suspicious(text: str) -> tuple[str, ...]:
    """What a sentence of a text has to have one of to be an order: cheaper to know of all sentences at once."""
    if _ODD.search(text) or _ENCODED.search(text) or _SPACED.search(text):
        return ("",)
    lower = _plainly(text)
    return tuple([word for word in _bare_suspects() if word in lower])


def _plainly(text: str) -> str:
    return text.casefold() if text.isascii() else text.casefold().translate(_SIMPLIFIED)


def _says_order(text: str) -> bool:
    if _protocol().search(text) or any(
        _order().search(part) for m in _LINK_TITLE.finditer(text) for part in m.groups("")
    ):
        return True
    quoted = [m.span() for m in _QUOTATIONS.finditer(text)]
    own = text
    for start, end in reversed(quoted):
        own = f"{own[:start]} {own[end:]}"
    # A sentence that is nothing but a quotation is no mention of it.
    mentions = len(re.findall(r"[A-Za-z]+|[\u3400-\u9fff]", own)) >= _OWN_WORDS
    return bool(_order().search(own if quoted and mentions else text))


def around_orders(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a span without its orders: an order goes with all that follows it in its paragraph."""
    parts: list[tuple[int, int]] = []
    at = start
    suspicious = _suspicious(text[start:end])
    spans = sentences(text, start, end) if suspicious else []
    for i, span in enumerate(spans):
        sentence = text[span.start : span.end]
        if span.start < at or not any(word in _plainly(sentence) for word in suspicious) or not is_order(sentence):
            continue
        if i and spans[i - 1].end > at:
            parts.append((at, spans[i - 1].end))
        over = text.find("\n\n", span.end, end)
        at = end if over < 0 else over + 2
    if at < end and any(c.isalnum() for c in text[at:end]):
        parts.append((at, end))
    return parts


def _decoded(encoded: str) -> str | None:
    try:
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if text.isprintable() else None
