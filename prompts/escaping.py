"""Text of articles and askers as it stands in a prompt: it cannot end its source, nor speak as another role."""

from __future__ import annotations

import re
import unicodedata

# An opening or closing source tag, also with blanks or invisible characters in it or full-width brackets around it,
# and with letters of other scripts that look alike.
_SOURCE_TAG = re.compile(
    r"[<＜﹤‹〈](?=[^\w<>]*[sｓѕꜱ][oｏоο0][uｕυս][rｒг][cｃсϲ][eｅеε])",
    re.IGNORECASE,
)
# What chat templates put between turns; an endpoint may read it as such wherever it stands.
_TURN = re.compile(
    r"<(?=\|)|(?<=\|)>|<(?=/?(?:s|bos|eos|start_of_turn|end_of_turn|system|user|assistant|human|think)\b[^<>]{0,40}>)"
    r"|<(?=<\s*/?\s*SYS\s*>>)|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])",
    re.IGNORECASE,
)
# The word a model declines with. In an article it would be an order to decline.
_REFUSAL = re.compile(r"not[\W_]{0,3}in[\W_]{0,3}sources", re.IGNORECASE)
# Joiners belong to Indic, Arabic and other scripts and to emoji; a variation selector stands alone.
_JOINER = re.compile(r"(?<![\u0590-\u109f\u1780-\u18af\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+")
_SELECTORS = re.compile("(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def seen(text: object) -> str:
    """The text without what a reader of the article does not see: tags, bidirectional controls, zero-width spaces."""
    whole = str(text)
    if whole.isascii() and whole.isprintable():
        return whole
    whole = _SELECTORS.sub("", _JOINER.sub("", whole))
    unseen = {c for c in set(whole) if c not in "\n\t\u200c\u200d" and _hidden(c)}
    return "".join(c for c in whole if c not in unseen) if unseen else whole


def inert(text: object) -> str:
    """Text that cannot end the source it stands in, begin another, or pass for a turn; all other text stays."""
    shown = _TURN.sub(_spelled, _SOURCE_TAG.sub("&lt;", seen(text)))
    return _REFUSAL.sub("(no answer)", shown)


def attribute(text: object) -> str:
    """Text on one line that cannot end the quoted attribute it stands in."""
    escaped = seen(text).replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return _REFUSAL.sub("(no answer)", " ".join(escaped.split()))


def _spelled(match: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;", "[": "("}[match[0]]


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc", "Co", "Cs", "Cn") or character in _FILLERS
