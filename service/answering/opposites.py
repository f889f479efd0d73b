"""Words that mean opposite things, and words that deny. English and Chinese."""

from __future__ import annotations

import re

from ingest.terms import terms

_ENGLISH = (
    "most/least more/less/fewer largest/smallest biggest/smallest large/small big/small highest/lowest high/low "
    "higher/lower first/last/final earliest/latest early/late earlier/later before/after old/new/young "
    "oldest/newest/youngest increase/decrease/reduce/decline increasing/decreasing rise/fall/drop grow/shrink "
    "north/south northern/southern east/west eastern/western male/female man/woman men/women boys/girls "
    "son/daughter mother/father brother/sister husband/wife king/queen win/lose won/lost victory/defeat begin/end "
    "began/ended start/finish/stop open/close accept/reject/refuse allow/forbid/prohibit/ban/prevent "
    "support/oppose agree/disagree include/exclude inside/outside internal/external import/export buy/sell "
    "bought/sold gain/lose strong/weak stronger/weaker strongest/weakest success/failure succeed/fail "
    "positive/negative major/minor best/worst better/worse good/bad rich/poor hot/cold warm/cool wet/dry "
    "heavy/light heavier/lighter fast/slow faster/slower quick/slow long/short longer/shorter longest/shortest "
    "wide/narrow near/far above/below upper/lower left/right front/back top/bottom minimum/maximum "
    "majority/minority public/private legal/illegal formal/informal direct/indirect natural/artificial "
    "simple/complex easy/difficult/hard common/rare/uncommon active/passive similar/different/dissimilar "
    "same/different modern/ancient urban/rural enemy/ally war/peace attack/defend create/destroy build/demolish "
    "join/leave arrive/depart appear/disappear known/unknown likely/unlikely able/unable possible/impossible "
    "present/absent dependent/independent pass/fail appoint/dismiss hire/fire love/hate life/death born/died "
    "ancestor/descendant parent/child teacher/student predecessor/successor former/latter offensive/defensive "
    "cheap/expensive full/empty hard/soft thick/thin deep/shallow safe/dangerous/unsafe guilty/innocent "
    "raise/lower expand/contract add/remove unite/divide encourage/discourage enable/disable permanent/temporary "
    "domestic/foreign primary/secondary odd/even finite/infinite lawful/unlawful popular/unpopular "
    "important/unimportant usual/unusual ascending/descending civilian/military"
)
_CHINESE = (
    "最多/最少 最高/最低 最大/最小 最早/最晚 最长/最短 最快/最慢 最强/最弱 增加/减少 增长/下降 "
    "上升/下降 上涨/下跌 提高/降低 扩大/缩小 男性/女性 男子/女子 男单/女单 男双/女双 胜利/失败 "
    "成功/失败 开始/结束 开幕/闭幕 进口/出口 之前/之后 以前/以后 支持/反对 允许/禁止 同意/拒绝 "
    "买入/卖出 国内/国外 境内/境外 盈利/亏损 上半年/下半年 开放/关闭 优点/缺点 内部/外部 公开/秘密 "
    "东部/西部 南部/北部 父亲/母亲 冠军/亚军/季军 首次/最后 出生/逝世/去世 入口/出口"
)
NEGATION = re.compile(
    r"\b(?:not|never|no|none|nor|neither|nobody|nothing|without|cannot|except|unlike)\b|n['’]t\b"
    r"|不(?!过|断|仅|同|但)|没有?|无法|未(?!来)|从未|并非|除了|以外",
    re.IGNORECASE,
)


def _pairs(text: str, stem: bool) -> dict[str, frozenset[str]]:
    against: dict[str, set[str]] = {}
    for group in text.split():
        words = [terms(w)[0] if stem else w for w in group.split("/")]
        first, *others = words
        for other in others:
            if first != other:
                against.setdefault(first, set()).add(other)
                against.setdefault(other, set()).add(first)
    return {word: frozenset(other) for word, other in against.items()}


OPPOSITE_CHINESE = _pairs(_CHINESE, stem=False)
OPPOSITE_ENGLISH = _pairs(_ENGLISH, stem=True)


def opposed(asked: frozenset[str], said: frozenset[str], question: str, text: str) -> int:
    """How many words of a question stand in a text only as their opposite; `asked` and `said` are terms."""
    count = sum(
        1 for term in asked - said if (other := OPPOSITE_ENGLISH.get(term)) and other & said and not other & asked
    )
    for word, others in OPPOSITE_CHINESE.items():
        if word in question and word not in text:
            count += any(o in text and o not in question for o in others)
    return count


def denies(text: str) -> bool:
    """Whether a text has a word that denies or excepts."""
    return bool(NEGATION.search(text))
