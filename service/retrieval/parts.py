"""Questions of several parts, cut so that each is searched by itself: "compare A and B", "A和B分别是多少".

Rules alone, and shy ones: a question that is not plainly of several parts stays whole.
"""

from __future__ import annotations

import re

from ingest.language import is_cjk, language_of
from ingest.terms import question_terms
from service.retrieval.compared import compared
from service.retrieval.side_by_side import MOST, set_side_by_side

# A claim that stands alone has at least so many words that say something.
_ENOUGH, _LONG = 4, 14

_ANOTHER = re.compile(
    r"(?<=[?？])\s*(?=[\w《“])|,?\s+and\s+(?=(?:what|who|when|where|why|how|which|whose)\b)|"
    r"[，,；;]\s*(?=(?:又|还|那么|那)(?:是|有|在)?(?:谁|什么|哪|为什么|多少|几|如何|怎么))",
    re.IGNORECASE,
)
_NAMED = re.compile(r"《[^》]+》|“[^”]+”|\"[^\"]+\"|(?<!^)\b[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*")
_WH = r"what|who|whom|when|where|why|how|which|whose"
_QUESTION = re.compile(
    rf"[?？]\s*$|[\u4e00-\u9fff]|^(?:\w+\s+)?(?:{_WH})\b|"
    r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|tell|show|explain|describe|list)\b",
    re.IGNORECASE,
)
_ENDS_ASKING = re.compile(rf"\b(?:{_WH})\s*$", re.IGNORECASE)
_RELATIVE = re.compile(r"^(?:who|which|whose)\b", re.IGNORECASE)
_RELATED = re.compile(r"\w\s+(?:who|which|whose|that)\b", re.IGNORECASE)
# What is asked stands in the question before.
_SHORTENED = re.compile(r"呢\s*[?？]?\s*$|^(?:and|but|or|what about|how about)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"^(?:又|还|那|并|而)|[它其他她]|这[个些里]?|\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;]\s+(?:and\s+|while\s+|but\s+|as\s+well\s+as\s+|which\s+|who\s+)*|\s+(?:while|whereas|as\s+well\s+as)\s+|"
    r"\s+and\s+(?=(?:also|is|are|was|were|has|have|had|may|might)\b)|"
    r"\s+and\s+(?=the\s+(?:[\w’'-]+\s+){0,3}(?:article|report|piece|post|paper|study|memo|policy|document)\b)|[，；]",
    re.IGNORECASE,
)
# Says who or when of the clause before it.
_HANGS_ON = re.compile(
    r"^(?:as (?:reported|told|described|discussed|noted|said|stated|mentioned|covered|shown|per|of)\b|"
    r"(?:according|per|reported by|including|such as|especially|all|again|respectively|with th(?:is|ese))\b|"
    r"据|包括|例如|尤其|根据)",
    re.IGNORECASE,
)
# Words that a claim can be full of and still say nothing to search for.
_LITTLE = frozenset(
    question_terms(
        "individual person someone people company firm organization organisation article articles report reports "
        "reported reporting piece news source sources published publication later earlier same both case cases "
        "respectively according mentioned described discussed known well-known featured involved between after before "
        "january february march april may june july august september october november december"
    )
)


def parts_of(question: str) -> list[str]:
    """Questions to search beside the whole one, at most `MOST`; none where it has one part."""
    return questions_in(question) or clauses_in(question)


def questions_in(question: str) -> list[str]:
    """The questions that one asks at once, each complete; none where there is one."""
    text = question.strip()
    return _distinct(text, _several(text) or (set_side_by_side(text) if _cjk(text) else compared(text)))


def clauses_in(question: str) -> list[str]:
    """The clauses of a long question that is one: each may stand in another article."""
    text = question.strip()
    return _distinct(text, _claims(text, _cjk(text)))


def _cjk(text: str) -> bool:
    return is_cjk(language_of(text))


def _distinct(text: str, found: list[str]) -> list[str]:
    """Each part once; none where one of them has nothing to search for but a year or a number."""
    distinct = list(dict.fromkeys(p for part in found if (p := part.strip(" ,;，；")) and p != text))
    return distinct[:MOST] if len(distinct) > 1 and all(_content(part) for part in distinct) else []


def _content(text: str) -> int:
    """How many of its words say something to search for."""
    return sum(term not in _LITTLE and term != "年" and not term[0].isdigit() for term in question_terms(text))


def _several(text: str) -> list[str]:
    """Two questions in one; a later one without a name of its own is asked of what the first names."""
    asked = [p for p in _ANOTHER.split(text) if p and p.strip()]
    first = asked[0].strip() if asked else ""
    if len(asked) < 2 or not _QUESTION.search(first) or _ENDS_ASKING.search(first):
        return []
    names = _NAMED.findall(first)
    made = [first]
    for part in asked[1:]:
        if not question_terms(part) or _SHORTENED.search(part) or (_RELATIVE.match(part) and _RELATED.search(first)):
            return []
        back = _POINTS_BACK.search(part)
        if _NAMED.search(part) or (len(question_terms(part)) >= _ENOUGH and not (back and names)):
            made.append(part)
        elif names:
            made.append(f"{names[0]} {part}")
        elif not back:
            made.append(part)
        else:
            return []
    return made


def _claims(text: str, cjk: bool) -> list[str]:
    """The clauses of a long question, each with enough words to be searched."""
    times = 3 if cjk else 1
    if not text.endswith(("?", "？")) or len(question_terms(text)) < _LONG * times:
        return []
    marks = [*_CLAUSE.finditer(text)]
    spans = zip([0, *(m.end() for m in marks)], [*(m.start() for m in marks), len(text)], strict=True)
    made: list[tuple[int, int]] = []
    for start, end in spans:
        few = made and min(_content(text[slice(*s)]) for s in ((start, end), made[-1])) < _ENOUGH * times
        if made and (few or _HANGS_ON.match(text[start:end])):
            made[-1] = made[-1][0], end
        else:
            made.append((start, end))
    return [text[start:end] for start, end in made]
