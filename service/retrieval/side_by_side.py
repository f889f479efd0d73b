"""Chinese questions of several things at once, A和B分别是多少, made into one of each."""

from __future__ import annotations

import re
from itertools import pairwise

MOST = 4
_LONGEST = 24

_JOINED = re.compile("以及|及其|[和与跟及、]")
# Where a phrase begins and ends that may be one of several; years, measures and some words are no such marks.
_BEGINS = re.compile(
    r"[，,；;：:？?！!。\s]|比较一?下?|对比一?下?|请问|(?<=[\d去今前明每上下本个])[年月]|(?<=[\d今昨前明当])日(?!本)|"
    r"[的在从于]|对(?![手阵象])|中(?![国心学秋考东文超央间])|"
    r"半年|季度|(?<=[\d》”」])(?=[\u4e00-\u9fff])(?![年月日号届级米元人万亿个])"
)
_PAUSE = re.compile(r"[，,；;：:？?！!。\s]")
_ENDS = re.compile(
    r"[，,；;：:？?！!。\s]|分别|各(?=[自有是占为需要])|之间|相比|比起来|有什么|有何|哪|什么|多少|几|谁|怎么|如何|为什么|"
    r"[的在是都有中更比]|全年|(?<=[\u4e00-\u9fff])(?=(?:19|20)\d\d|[A-Za-z《“「])|"
    r"(?<=[\dA-Za-z》”」])(?=[\u4e00-\u9fff])(?![年月日号])"
)
_SEVERAL = re.compile(
    r"分别|各自|各是|比较|对比|相比|区别|不同|差异|差别|哪个更|谁更|更[高低大小多少快慢]|[和与跟及、]"
)
# One question of both together, which neither side alone answers.
_TOGETHER = re.compile("关系|一起|一同|共同|合作|合并|合资|合称|并称|齐名|结婚|同居|之间的(?!区别|差|不同)")
_ASKS = re.compile("谁|什么|哪|多少|几|怎|如何")
# Not where the character is half of another word: 产品和服务, 电商和平台, 中国与日本.
_NO_JOIN = re.compile(
    "[缓饱总祥柔暖随]和|共和[国党]|呼和浩特|(?<![体气水室高低常保恒升降])温和|和平(?![台均板面安])|和[谐弓睦蔼善尚]|"
    "和解(?![释决答读])|和服(?![务装役饰用])|与会(?![员计议])|与[否其]|与众不同|与[日时]俱|[参给赠授]与|"
    "跟[踪随着]|跟进(?!口)|跟上(?!海)|[高脚]跟|及[时格早至]|及第(?![一二三四五六七八九十])|来[得不]及|阿尔及|"
    "[普涉提危波企埃触遍累不未]及|(?<!回)顾及|[「“《][^」”》]*[」”》]"
)
_IN_BRACKETS = re.compile("[「“《][^」”》]*[」”》]")
_BRACKETS = "「“《」”》"
_NO_HEAD = re.compile(r"(?:[\d年月日号，,\s]|半年|季度|[今去前]年)*")
# Said of both, and of neither alone.
_OF_EACH = re.compile("分别|各(?:自|(?=[有是占为需要]))")
_COMPARE = re.compile("^请?(?:帮我)?(?:比较|对比)(?:一下)?")


def set_side_by_side(text: str) -> list[str]:
    """`P` A 和 B `S` becomes P A S and P B S; A begins and B ends at a mark or a word that parts phrases."""
    if not _SEVERAL.search(text) or _TOGETHER.search(text):
        return []
    hidden = _NO_JOIN.sub(lambda m: "".join(c if c in _BRACKETS else "〇" for c in m[0]), text)
    joins = [m for m in _JOINED.finditer(hidden) if m.start() and m.end() < len(hidden)]
    if not joins:
        return []
    first, last = joins[0].start(), joins[-1].end()
    ends = next((m.start() for m in _ENDS.finditer(hidden, last) if m.start() > last), len(text))
    until = first - 1 if first > 1 and text[first - 1] == text[ends : ends + 1] == "的" else first  # 旧的和新的仓库
    begins = _begin(hidden, until)
    span = _of_two_kinds(text, hidden, begins, until, ends) or _of_one_kind(text, begins, until, last, ends)
    if span is None:
        return []
    begins, ends = _around_names(text, *span)
    if _NO_HEAD.fullmatch(text[:begins]) and not _PAUSE.sub("", text[ends:]):  # nothing says what is asked of both
        return []
    items = [text[begins:until], *(text[a.end() : b.start()] for a, b in pairwise(joins)), text[last:ends]]
    if any(not i.strip() or len(i) > _LONGEST or _ASKS.search(i) for i in items) or len(items) > MOST:
        return []
    head, rest = _COMPARE.sub("", text[:begins]), _OF_EACH.sub("", text[ends:])
    return [head + item + rest for item in items]


def _around_names(text: str, begins: int, ends: int) -> tuple[int, int]:
    """A cut in what stands in brackets is made before or behind it: 《雨与雪》 is one name."""
    for name in _IN_BRACKETS.finditer(text):
        if name.start() < begins < name.end():
            begins = name.start()
        if name.start() < ends < name.end():
            ends = name.end()
    return begins, ends


def _begin(hidden: str, before: int) -> int:
    return max((m.end() for m in _BEGINS.finditer(hidden, 0, before) if m.end() < before), default=0)


def _of_two_kinds(text: str, hidden: str, begins: int, until: int, ends: int) -> tuple[int, int] | None:
    """服装的退货率和食品的退货率: what belongs to one and what belongs to the other, each with its owner."""
    one = text[begins:until]
    if not (begins > 1 and text[begins - 1] == text[ends : ends + 1] == "的"):
        return None
    close = re.match("[「“《][^」”》]*[」”》]", text[ends + 1 :])
    length = len(one) if text.startswith(one, ends + 1) else len(close[0]) if close and one[0] in _BRACKETS else 0
    return (_begin(hidden, begins - 1), ends + 1 + length) if length else None


def _of_one_kind(text: str, begins: int, until: int, last: int, ends: int) -> tuple[int, int] | None:
    """Two of a kind end alike, 男单和女单冠军, or are about as long, 英特尔和英伟达营收."""
    one, other = text[begins:until], text[last:ends]
    alike = other.find(one[-1]) + 1
    if 1 < alike <= len(one):
        return (until - alike if len(one) > alike + 1 else begins), last + alike
    if len(one) > len(other) + 2:
        # What is asked of both may stand within the second one where nothing but a pause ends it.
        told = len(other) <= 2 or (ends < len(text) and not _PAUSE.match(text, ends))
        return (until - len(other), ends) if told else None
    if len(other) > 2 * len(one) and len(one) > 1:
        return begins, last + len(one)
    return begins, ends
