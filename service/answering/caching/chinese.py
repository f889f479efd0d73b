"""The form of a Chinese question: its characters in order, without those that say nothing; how it asks."""

from __future__ import annotations

import re
from collections.abc import Hashable

from service.answering.quantities import in_digits

_POLITE = re.compile(
    r"^(?:你好|您好|请问(?:一下)?|麻烦问一下|想问一下|我?想知道|我?想了解|请?告诉我|能不能告诉我|[,。!:\s])+"
)
_AT_END = re.compile(r"[吗呢啊呀吧]?[?!。.,\s]*$")
# In order; the second is what stands for it.
_WRITTEN = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"为什么|为何|为啥", "为何"),
        (r"什么时候|何时|啥时候|什么时间", "何时"),
        (r"怎么样", "怎样样"),
        (r"怎么|如何|怎样(?!样)", "怎"),
        (r"多长时间", "多久"),
        (r"什么地方|哪里|哪儿|何处|哪(?=$)", "哪里"),
        (r"哪些", "什么"),
        (r"哪位", "谁"),
        (r"(?<![十百千万第好上下前后近这那])几(?=[天个名位次年月元件层楼岁])", "多少"),
        (r"多少[个名位件](?=[\u3400-\u9fff])", "多少"),
        (r"^(.+?)有多少(天|个月|年|小时|元)([^<吗]+)$", r"\1\3多少\2"),
        (r"叫什么名字$", "名字是什么"),
        (r"能不能|可不可以|能否|可否|是否可以|是否能够?", "<吗>可以"),
        (r"(?<!还)有没有(?!人)|是否有", "<吗>有"),
        (r"是不是|是否", "<吗>是"),
        (r"[是有为](?=多少|多久|多[长高大远]|为何|何时|怎)", ""),
        (r"位?于(?=哪里)", "在"),
        (r"^谁是(.+)$", r"\1是谁"),
        (r"^什么是(.+)$", r"\1是什么"),
        (
            r"^(.+?)是?由谁(?:来)?(负责|审批|批准|管理|主持|决定|签字|签署|组织|承担|写|创作|设计|发明|创立|建造)的?$",
            r"谁\2\1",
        ),
    )
)
_SAYS_NOTHING = re.compile(r"的|[\s,;:?!。、]+")


def chinese_form(text: str) -> Hashable | None:
    """The form of a question in Chinese characters."""
    text = in_digits(_POLITE.sub("", text))
    asks = bool(re.search(r"[吗么]\W*$", text)) and not re.search(r"什么\W*$|怎么\W*$", text)
    text = _AT_END.sub("", text)
    text = _SAYS_NOTHING.sub("", text)
    for pattern, put in _WRITTEN:
        text = pattern.sub(put, text)
    whether = asks or "<吗>" in text
    return (text.replace("<吗>", ""), whether) if text else None
