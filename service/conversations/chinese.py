"""Reads a Chinese question against the turns before it."""

from __future__ import annotations

import re

from service.conversations import topics
from service.conversations.chinese_parts import TIME, WH, core
from service.conversations.reading import Before, Reading

_ASSENT = re.compile(
    r"(?:好的?|好啊|好呀|是的?|对的?|对啊|嗯+|可以|行|没问题|要|想|需要|当然|请|请讲|请说|麻烦了?)"
    r"(?:[，, ]*(?:请|继续|说|讲|说说|说吧|谢谢|麻烦了?|请继续|请说))*"
)
_MORE = re.compile(
    r"(?:那|好的?[，,]?|请|麻烦)*(?:还有呢|还有吗|还有别的吗|还有其他的?吗|还有什么|其他呢|别的呢|然后呢|接下来呢|后来呢|请?继续|"
    r"接着说|继续说|(?:请|能|可以|能不能)?(?:再|多|更|详细|具体|展开)(?:详细|具体|多)?(?:地)?(?:说|讲|介绍|解释)(?:说|讲|一下|一点|下|点|明|些)*"
    r"吗?|更多(?:信息|细节|内容)?|详细(?:情况|内容)?|展开|具体呢|细节呢?)"
)
_WHY = re.compile(
    r"(?:那|这|那么|这是|那是)?(?:为什么|为何|为啥|凭什么|怎么会(?:这样)?|怎么回事|什么原因|原因(?:是什么|呢)?)"
    r"(?:会?这样|呢|啊|呀)?"
)
_SO = re.compile(r"(?:那)?((?:为什么|为何|为啥|怎么)(?:会)?(?:这么|那么|这样|如此)[\u4e00-\u9fff]{1,4})")
# A verb after a modal one, and nothing that it is said of.
_NO_SUBJECT = re.compile(
    r"(?:还|也)?(?:可以|能|能够|可否|能否|是否可以|需要|要|用|必须|允许)[\u4e00-\u9fff]{1,3}(?:吗|么)"
)
# Of what was spoken of before: “那手机可以用吗”.
_WITH_IT = re.compile(r"[^，,]{1,6}(?:可以|能|能够|需要|要|会)(?:用|做|办|行|参加|申请|报)(?:吗|么)")
_BOUND = re.compile("超过|不到|不满|不足|少于|多于|满")
_DOCUMENT = re.compile(
    r"(?:这|那)(?:个|份|篇|项)(制度|政策|规定|指南|手册|流程|办法|说明|须知|复盘|报告|文件|文章|通知)"
)
_DOUBT = re.compile(r"(?:这是|是)?(?:真的|是|对|确定|是这样|真)(?:吗|么)")
_LEAD = re.compile(
    r"^(?:(?:好的?|嗯|哦|多?谢谢?|明白了?)[，,。！! ]*){0,3}"
    r"(?:那么|那(?![是会要有能些个里种边时天年])|而且?|另外|以及|至于|"
    r"还有(?=.*呢)|换成|如果是|要是|但是?|可是)[，, ]?"
)
_FRAGMENT = re.compile(r"(.{1,14}?)(?:的话)?呢|(.{1,6}?)(?:的话)?又?(?:怎么样|怎样|如何)")
_QUESTION = re.compile(rf"{WH}|吗$")
_PRONOUN = re.compile(
    r"(它们|他们|她们|它|他|她)|(这|那)(?=[是会要能有为算需叫])|((?:这|那)(?:个|项|种|条|些))(?!月|季度|星期|周|时候)|"
    r"^(该|此|其)(?!怎|如|外|处|他|它|实|余|前|后|时|次|去|不)|(这篇|这份|那篇|那份)|(这里|那里)"
)
_WROTE = re.compile(r"谁写|写的|作者|发布|发表|出处|来源")
_SMALL = re.compile(
    rf"{WH}|请问|一下|我们|你们|我|你|的|了|吗|呢|吧|啊|和|与|在|是|有|被|把|对|从|到|也|都|就|还|又|会|能|要|由|给|让|可以|"
    "应该|应当|必须|来"
)
_RELATIONAL = re.compile(
    "申请|审批|批准|提交|生效|失效|过期|到期|开始|结束|需要|提前|超过|上限|下限|期限|例外|条件|要求|流程|步骤|原因|理由|费用|价格|"
    "时间|地点|时候|作者|发布|发表|出处|来源|例子|区别|好处|风险|处罚|后果|影响|限制|适用|范围|包括|负责|办理|准备|材料|支付|收费|免费|"
    "计算|规定|标准|数量|比例|最多|最少|最高|最低|最晚|最早|一共|总共|具体|详细|变化|上升|下降|增长|不|没|人|天|元|钱|写|多|大|高|长|远|"
    "久|做|办|用|算|付|需|，|、|[？?！!。 ]"
)
_MOST_OWN = 12


def read(question: str, before: Before) -> Reading:
    """See `Reading`."""
    text = core(question)
    if _MORE.fullmatch(text) or (_ASSENT.fullmatch(text) and not before.offered):
        return Reading(topics.more(before), "leans")
    if _ASSENT.fullmatch(text):
        return Reading(before.offered, "leans")
    if _DOUBT.fullmatch(text) and before.statement:
        return Reading(f"{core(before.statement)}，是真的吗？", "leans")
    if _WHY.fullmatch(text):
        return Reading(topics.why(before), "leans")
    so = _SO.fullmatch(text)
    if so:
        return Reading(f"{topics.about(before)}{so.group(1)}？", "leans")
    led = _LEAD.match(text)
    rest = text[led.end() :] if led else text
    m = _FRAGMENT.fullmatch(rest)
    fragment = (m.group(1) or m.group(2)) if m else ""
    if fragment and not _QUESTION.search(fragment) and not _PRONOUN.match(fragment):
        return Reading(topics.in_place(fragment, before), "leans")
    when = re.fullmatch(rf"({TIME.pattern})(?:又?(?:是|有))?(?:多少|几\w?|怎么样|怎样|如何)", rest)
    if when:
        return Reading(topics.in_place(when.group(1), before), "leans")
    if TIME.fullmatch(rest) and (led or question.rstrip().endswith(("?", "？"))):
        return Reading(topics.in_place(rest, before), "leans")
    pointed = _resolved(rest, before)
    if pointed is not None:
        return Reading(f"{pointed}？", "leans")
    own = _own(rest)
    if led and _WITH_IT.fullmatch(rest):
        return Reading(f"{topics.about(before)}，{rest}？", "leans")
    if (not re.sub(r"[\d.,%]", "", own) and _BOUND.match(rest)) and _QUESTION.search(rest):
        return Reading(_dropped(rest, before), "leans")
    if (not own or _NO_SUBJECT.fullmatch(rest)) and (_QUESTION.search(rest) or led):
        return Reading(_dropped(rest, before), "leans")
    if len(own) <= 2 and not re.search(r"[A-Za-z0-9]", own):
        return Reading(question, "unclear")
    return Reading(question, "alone")


def _resolved(text: str, before: Before) -> str | None:
    """The question with its pronoun replaced, None where it has none that points back."""
    named = _DOCUMENT.search(text)
    if named and before.titles and (named.group(1) in before.titles[0] or named.group(1) in "文章报告文件通知"):
        return f"{text[: named.start()]}{topics.title(before)}{text[named.end() :]}"
    m = _PRONOUN.search(text)
    if m is None or len(_own(text[: m.start()])) >= 2 or len(_own(text)) > _MOST_OWN:
        return None
    if m.group(6):
        where = topics.place(before)
        return f"{text[: m.start()]}{where}{text[m.end() :]}" if where else None
    article = m.group(5) or (_WROTE.search(text) and not m.group(3))
    what = topics.title(before) if article else topics.topic(before, many=m.group().endswith(("们", "些")))
    after = text[m.end() :]
    if m.group(5):
        after = re.sub(r"^(?:文章|报告|文件|文档|通知)", "", after)
    joint = "的" if m.group(3) and after and not re.match(rf"[是有在会要能由怎如多什几]|{WH}", after) else ""
    if m.group(4) == "其" and not after.startswith(("是", "有", "中")):
        joint = "的"
    return f"{text[: m.start()]}{what}{joint}{after}"


def _dropped(text: str, before: Before) -> str:
    """A question that leaves out what it is about."""
    what = topics.title(before) if _WROTE.search(text) else topics.topic(before)
    return f"{what}{'是' if re.match('谁写|什么时候(?:发布|发表)', text) else ''}{text}？"


def _own(text: str) -> str:
    """What is left of it without the words that any question may have."""
    return _RELATIONAL.sub("", _SMALL.sub("", text))
