"""Questions of several parts, cut so that each is searched by itself: "compare A and B", "A和B分别是多少".

Rules alone, and shy ones: a question that is not plainly of several parts stays whole.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.language import is_cjk, language_of
from ingest.terms import question_terms

MOST = 4
# A claim that stands alone has at least so many words that say something.
_ENOUGH, _LONG = 4, 14

_JOINED = re.compile("以及|[和与跟及、]")
# Where a phrase begins and ends that may be one of several; years, measures and some words are no such marks.
_BEGINS = re.compile(
    r"[，,；;：:？?！!。\s]|比较一?下?|对比一?下?|请问|[年月]|日(?!本)|[的在从于]|对(?![手阵象])|中(?![国心学秋考东文超央间])|"
    r"半年|季度|(?<=[\d》”」])(?=[\u4e00-\u9fff])(?![年月日号届级米元人万亿个])"
)
_ENDS = re.compile(
    r"[，,；;：:？?！!。\s]|分别|各自|各是|之间|相比|比起来|有什么|有何|哪|什么|多少|几|谁|怎么|如何|为什么|"
    r"[的在是都有中更比]|全年|(?<=[\u4e00-\u9fff])(?=[\dA-Za-z《“「])|(?<=[\dA-Za-z》”」])(?=[\u4e00-\u9fff])(?![年月日号])"
)
_SEVERAL = re.compile(
    r"分别|各自|各是|比较|对比|相比|区别|不同|差异|差别|哪个更|谁更|更[高低大小多少快慢]|[和与跟及、]"
)
_NO_JOIN = re.compile(
    "和平|和谐|共和|和解|总和|温和|缓和|饱和|和弓|和服|与会|参与|给与|与否|及时|及格|普及|涉及|提及|危及|波及|企及|"
    "[「“《][^」”》]*[」”》]"
)

_BRACKETS = "「“《」”》"

_COMPARED = (
    re.compile(
        r"^(?P<head>.*?)\b(?:compare|comparison (?:of|between)|differences? (?:between|of)|distinguish(?:es)?)\s+"
        r"(?P<a>[^,?]{2,60}?)\s+(?:and|with|to|from|against|vs\.?|versus)\s+(?P<b>[^,?]{2,60}?)"
        r"(?P<tail>(?:\s+(?:in|on|at|for|with|by|regarding|about|under|during)\b[^?]*)?)\??$",
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
        r"^(?P<head>.*?)\b(?P<a>[\w’'.-]+)\s+and\s+(?P<b>[\w’'.-]+)\b(?P<tail>[^?]*?),?\s*\brespectively\b[^?]*\??$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?P<head>)(?P<a>[^,?]{2,60}?)\s+(?:vs\.?|versus)\s+(?P<b>[^,?]{2,60}?)(?P<tail>)\??$", re.IGNORECASE),
)
_ANOTHER = re.compile(
    r"(?<=[?？])\s*(?=[\w《“])|,?\s+and\s+(?=(?:what|who|when|where|why|how|which|whose)\b)|"
    r"[，,；;]\s*(?=(?:又|还|那么|那)(?:是|有|在)?(?:谁|什么|哪|为什么|多少|几|如何|怎么))",
    re.IGNORECASE,
)
_NAMED = re.compile(r"《[^》]+》|“[^”]+”|\"[^\"]+\"|(?<!^)\b[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*")
_CLAUSE = re.compile(
    r"[,;]\s+(?:and\s+|while\s+|but\s+|as\s+well\s+as\s+|which\s+|who\s+)*|\s+(?:while|whereas|as\s+well\s+as)\s+|"
    r"\s+and\s+(?=(?:also|is|are|was|were|has|have|had|may|might|the)\b)|[，；]",
    re.IGNORECASE,
)


def parts_of(question: str) -> list[str]:
    """Questions to search beside the whole one, at most `MOST`; none where it has one part."""
    return questions_in(question) or clauses_in(question)


def questions_in(question: str) -> list[str]:
    """The questions that one asks at once, each complete; none where there is one."""
    text = question.strip()
    return _distinct(text, _several(text) or (_set_side_by_side(text) if _cjk(text) else _compared(text)))


def clauses_in(question: str) -> list[str]:
    """The clauses of a long question that is one: each may stand in another article."""
    text = question.strip()
    return _distinct(text, _claims(text, _cjk(text)))


def _cjk(text: str) -> bool:
    return is_cjk(language_of(text))


def _distinct(text: str, found: list[str]) -> list[str]:
    distinct = list(dict.fromkeys(p for part in found if question_terms(p := part.strip(" ,;，；")) and p != text))
    return distinct[:MOST] if len(distinct) > 1 else []


def _compared(text: str) -> list[str]:
    """What is asked of both stands around them; the words that compare say nothing of either."""
    for pattern in _COMPARED:
        match = pattern.match(text)
        if match is not None:
            return [" ".join(f"{match['head']} {match[name]} {match['tail']}".split()) for name in ("a", "b")]
    return []


def _set_side_by_side(text: str) -> list[str]:
    """`P` A 和 B `S` becomes P A S and P B S; A begins and B ends at a mark or a word that parts phrases."""
    if not _SEVERAL.search(text):
        return []
    hidden = _NO_JOIN.sub(lambda m: "".join(c if c in _BRACKETS else "〇" for c in m[0]), text)
    joins = [m for m in _JOINED.finditer(hidden) if m.start() and m.end() < len(hidden)]
    if not joins:
        return []
    first, last = joins[0].start(), joins[-1].end()
    begins = max((m.end() for m in _BEGINS.finditer(hidden, 0, first) if m.end() < first), default=0)
    ends = next((m.start() for m in _ENDS.finditer(hidden, last) if m.start() > last), len(text))
    # Two of a kind end alike, 男单和女单冠军, or are about as long, 英特尔和英伟达全年营收.
    one, other = text[begins:first], text[last:ends]
    alike = other.find(one[-1]) + 1
    if 1 < alike <= len(one):
        if len(one) > alike + 1:
            begins = first - alike
        ends = last + alike
    elif len(one) > len(other) + 2:
        begins = first - len(other)
    elif len(other) > 2 * len(one) and len(one) > 1:
        ends = last + len(one)
    if begins == 0 and ends == len(text):  # nothing says what is asked of both
        return []
    items = [text[begins:first], *(text[a.end() : b.start()] for a, b in pairwise(joins)), text[last:ends]]
    if any(not item.strip() or len(item) > 24 for item in items) or len(items) > MOST:
        return []
    rest = text[ends:].replace("分别", "")
    return [text[:begins] + item + rest for item in items]


def _several(text: str) -> list[str]:
    """Two questions in one; a later one without a name of its own is asked of what the first names."""
    asked = [p for p in _ANOTHER.split(text) if p and p.strip()]
    if len(asked) < 2:
        return []
    names = _NAMED.findall(asked[0])
    made = [asked[0]]
    for part in asked[1:]:
        if any(n in part for n in names) or len(question_terms(part)) >= _ENOUGH:
            made.append(part)
        elif names:
            made.append(f"{names[0]} {part}")
    return made


def _claims(text: str, cjk: bool) -> list[str]:
    """The clauses of a long question, each with enough words to be searched."""
    times = 3 if cjk else 1
    if not text.endswith(("?", "？")) or len(question_terms(text)) < _LONG * times:
        return []
    made: list[str] = []
    for clause in _CLAUSE.split(text):
        if made and min(len(question_terms(c)) for c in (clause, made[-1])) < _ENOUGH * times:
            made[-1] = f"{made[-1]}, {clause}"
        else:
            made.append(clause)
    return made
