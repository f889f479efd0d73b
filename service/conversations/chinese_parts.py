"""Parts of a Chinese question, found by the words between them: nothing marks where a word ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.conversations import english_parts
from service.conversations.reading import Before

WH = (
    "为什么|为何|为啥|什么时候|何时|什么|多少|多久|多长时间|几|怎么样|怎么|怎样|如何|何处|何地|何人|哪些|哪个|哪位|哪里|哪儿|哪|谁|是否|能否|"
    "可不可以|能不能|是不是|有没有"
)
_UNITS = r"(?:(?:多少|几)(?:天|元|人|件|个|钱|次|年|名|家|种|小时|分钟|工作日|吨|万|%)?(?!的))"
TIME = re.compile(
    r"(?:19|20)\d\d ?年?(?:第?[一二三四]季度|上半年|下半年)?|今年|去年|前年|明年|上个?季度|本季度|第[一二三四]季度|"
    r"上半年|下半年|下个?[月周年]|下个?季度|\d{1,2} ?月(?: ?\d{1,2} ?日)?|"
    r"[一二三四五六七八九十]{1,2}月|上个?月|本月|这个月|上周|"
    r"本周|昨天|今天|明天|周末|节假日|(?:周|星期)[一二三四五六日天]"
)
# What happens again and again and says when, as a time does.
EVENT = re.compile(r"618|双 ?1[12]|双十[一二]|春节|国庆|年货节|黑五|十一|五一|中秋")
_NUMBER = r"[\d,.]*\d|[一二三四五六七八九十百千两半]+"
_UNIT = "年|个月|月|天|周|小时|分钟|元|块|万|人|件|次|公里|%|个|名|台"
AMOUNT = re.compile(rf"(?:CNY|RMB|[¥￥$]) ?[\d,.]*\d(?: ?(?:万|元))?|(?:{_NUMBER}) ?(?:万|亿)?(?:{_UNIT})")
_PERSON = re.compile(
    r"(?:员工|人员|职工|同事|实习生|新人|外包|客户|顾客|用户|消费者|主播|经理|主管|商家|供应商|学生|老师|家长|临时工|正式工|合同工|"
    r"管理者|负责人|[\u4e00-\u9fff](?:员|生|者|工|商))$"
)
# How what is measured or ruled ends, as whoever or whatever has it does not.
_MEASURED = re.compile(
    "(?:率|费|费用|额|量|价|价格|期|期限|时间|标准|比例|成本|金额|条件|流程|原因|上限|下限|数|天数|人数|次数|要求|规则|办法|比重|奖金|工资|利润|收入|销售额)$"
)
_SPLIT = re.compile(
    rf"(?<=期间)(?!的)|{_UNITS}|{WH}|请问|可以|应当|应该|必须|需要|最多|最少|一共|总共|达到|承担了?|招用?了|发出|启用|提交|结转|看不到|看不见|"
    r"发生|出现|使用|审批|申请|支付|发放|销售|开始|结束|生效|超过|增长|下降|上升|写|休|"
    r"[是有在由会要能应需共达占为被把将从到对吗呢了，、？?]"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Part:
    """Characters `start` to `end` of a question."""

    text: str
    start: int
    end: int


def core(question: str) -> str:
    """A question without marks around it."""
    return question.strip().rstrip(" ?？!！.。…").strip()


def groups(question: str) -> list[Part]:
    """What stands between verbs, question words and times: “直播订单的退货率”."""
    found: list[Part] = []
    at = 0
    cuts = sorted([m.span() for m in _SPLIT.finditer(question)] + [m.span() for m in TIME.finditer(question)])
    for start, end in [*cuts, (len(question), len(question))]:
        if start > at:
            found += _part(question, at, start)
        at = max(at, end)
    return found


def slots(question: str) -> list[Part]:
    """The same, cut at 的 too."""
    found: list[Part] = []
    for group in groups(question):
        at = group.start
        for piece in group.text.split("的"):
            found += _part(question, at, at + len(piece))
            at += len(piece) + 1
    return found


def topic(before: Before, many: bool = False) -> str:
    """The phrase that 它 (or, for `many`, 他们) would mean."""
    question = core(before.question)
    found = [g for g in groups(question) if not g.text.endswith(("期间", "时", "内", "后", "前"))] or groups(question)
    wordy = [g for g in found if re.search(r"[\u4e00-\u9fff]", g.text)] or found
    if not many:
        wordy = [g for g in wordy if not is_person(g.text)] or wordy
    if not wordy:
        return question
    if re.match(rf"(?:请问)?(?:{WH})", question):
        said = [g for g in wordy if g.text in before.said or any(g.text in t for t in before.titles)]
        return max(said or wordy, key=lambda g: len(g.text)).text
    return wordy[-1 if many else 0].text


def about(before: Before) -> str:
    """All that the question was about."""
    question = core(before.question)
    found = groups(question)
    if not found:
        return question
    start = next((m.start() for m in TIME.finditer(question) if m.end() <= found[0].start), found[0].start)
    kept = question[start : found[0].end]
    return kept + "".join(g.text if i else "" for i, g in enumerate(found))


def title(before: Before) -> str:
    """The article that was quoted first, as a question would name it."""
    return f"《{before.titles[0]}》" if before.titles else topic(before)


def in_place(fragment: str, before: Before) -> str:
    """The last question, asked of `fragment`."""
    question = core(before.question)
    fragment = fragment.strip().removesuffix("的")
    if TIME.fullmatch(fragment):
        return _timed(question, fragment)
    event = EVENT.search(question) if EVENT.fullmatch(fragment) else None
    amount = _amount(question, fragment)
    for m in (event, amount):
        if m is not None:
            after = question[m.end() :]
            return f"{question[: m.start()]}{fragment}{after.lstrip() if m is event else after}？"
    within = TIME.search(fragment)
    rest = TIME.sub("", fragment).strip("的 ")
    found = [s for s in slots(question) if s.text != fragment]
    if not found or not rest:
        return f"{question}，{fragment}？"
    if is_person(rest) and any(is_person(g.text) for g in groups(question)):
        group = next(g for g in groups(question) if is_person(g.text))
        return f"{question[: group.start]}{fragment}{question[group.end :]}？"
    measured = [s for s in found if _MEASURED.search(s.text)] if _MEASURED.search(rest) else []
    tail = max(measured[-1:] or found, key=lambda s: (_alike(s.text[::-1], rest[::-1]), -s.start))
    if measured or _alike(tail.text[::-1], rest[::-1]):
        slot = tail
    else:
        head = max(found, key=lambda s: _alike(s.text, rest))
        shared = _alike(head.text, rest)
        if shared >= 2 and head.text[shared:]:
            return f"{question[: head.start]}{fragment}{question[head.start + shared :]}？"
        latin = [s for s in found if s.text.isascii() == rest.isascii()]
        wordy = [s for s in latin or found if not s.text.endswith(("期间", "内"))]
        slot = (wordy or found)[0]
    replaced = f"{question[: slot.start]}{rest}{question[slot.end :]}？"
    return _timed(core(replaced), within.group()) if within else replaced


def is_person(phrase: str) -> bool:
    """Whether a phrase speaks of people, whoever they are."""
    if phrase.isascii():
        return english_parts.is_person(phrase)
    return bool(_PERSON.search(phrase))


def _amount(question: str, fragment: str) -> re.Match[str] | None:
    """The last number of the question that a number alone may stand in for: of the same unit, or a sum as that is."""
    if not AMOUNT.fullmatch(fragment):
        return None
    unit = _kind(fragment)
    return next((m for m in reversed(list(AMOUNT.finditer(question))) if _kind(m.group()) == unit), None)


def _kind(amount: str) -> str:
    """What is counted."""
    unit = re.sub(rf"{_NUMBER}|[ 万亿]", "", amount)
    return "元" if unit in ("CNY", "RMB", "CNY元", "RMB元", "¥", "￥", "块") else unit


def _timed(question: str, when: str) -> str:
    """Another time in place of the last, or in front."""
    found = list(TIME.finditer(question))
    if found:
        m = found[-1]
        years = _YEAR.fullmatch(when.strip("年 "))
        if years and _YEAR.match(m.group()) and not m.group().endswith(("年", "度")):
            return f"{question[: m.start()]}{when.removesuffix('年')}{question[m.end() :]}？"
        return f"{question[: m.start()]}{when}{question[m.end() :]}？"
    asked = re.match(r"(?:请问)?(?:为什么|为何)", question)
    at = asked.end() if asked else 0
    return f"{question[:at]}{when}{question[at:]}？"


def _alike(one: str, other: str) -> int:
    """How many characters are the same from the start."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _part(question: str, start: int, end: int) -> list[Part]:
    text = question[start:end]
    left = len(text) - len(text.lstrip(' 的每，、“”"《》'))
    kept = text.strip(' 的，、“”"《》')
    return [Part(kept, start + left, start + left + len(kept))] if kept else []
