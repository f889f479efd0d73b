"""Thanks, greetings and farewells: said to whoever answers, and no question to search for."""

from __future__ import annotations

import re
from typing import Literal

Courtesy = Literal["welcome", "greeting"]

_END = r"[\s,.!~。，！、～…\U0001F300-\U0001FAFF\u2600-\u27bf\ufe0f]*"
_FOR = r"for (?:the|your) (?:help|answer|information|info)"
_TO = rf"(?: (?:there|all|again|everyone|footnote|so much|very much|a lot|{_FOR}))*"
_THANKS_EN = (
    rf"(?:many )?(?:thanks|thank you|thx|ty|cheers){_TO}|got it|i see|understood|makes sense|never ?mind|that helps|"
    r"(?:that(?:'s| is) )?(?:great|perfect|excellent|awesome|very helpful)|no(?:pe)?(?:,? (?:thanks|thank you))|"
    r"(?:no,? )?that(?:'s| is| will be) (?:all|it)(?: for now)?|that was helpful|you(?:'re| are) welcome|(?:good)?bye|"
    r"see you(?: later)?|(?:have a )?(?:good|nice) (?:day|night|one)"
)
_THANKS_ZH = (
    r"(?:非常|十分|太|多)?(?:感谢|谢)(?:谢)?(?:你|您|啦|了|哦|呀|大家|你们)*(?:的(?:帮助|解答|回答))?|辛苦(?:了|你了|您了)?|"
    r"(?:我)?(?:明白|知道|了解|懂|清楚)(?:了|啦)|收到|原来如此|太好了|(?:很|非常)有(?:帮助|用)|"
    r"(?:不用|不必|没有|没事)(?:了|啦)|没(?:有)?(?:其他|别的)?问题了|(?:就)?这样吧|再见|拜拜"
)
_GREETING_EN = rf"(?:hi|hello|hey|good (?:morning|afternoon|evening)|greetings){_TO}"
_GREETING_ZH = r"(?:你|您|大家|你们)好(?:啊|呀)?|嗨|哈喽|(?:早上|上午|下午|晚上)好|早安|在吗"
_LONGEST = 80
_LED = r"(?:(?:ok(?:ay)?|great|alright|perfect|no|yes|好的?|好吧|嗯+|哦|行|不用了?)[\s,.!，。！]*)?"
_PATTERNS: tuple[tuple[Courtesy, re.Pattern[str]], ...] = (
    ("greeting", re.compile(rf"(?:{_GREETING_EN}|{_GREETING_ZH})", re.IGNORECASE)),
    ("welcome", re.compile(rf"{_LED}(?:(?:{_THANKS_EN}|{_THANKS_ZH}){_END}){{1,4}}", re.IGNORECASE)),
)


def courtesy(text: str) -> Courtesy | None:
    """What is said back to a text that is nothing but courtesy; None where it may ask something."""
    if len(text) > _LONGEST:
        return None
    plain = re.sub(rf"{_END}$", "", " ".join(text.replace("’", "'").split()))
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(plain)), None)
