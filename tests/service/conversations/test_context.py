"""What stands around a quote begins and ends where sentences do, or words."""

from __future__ import annotations

import pytest

from service.conversations.context import Context, context_of

ENGLISH = "One is here. Two is there. The quote stands. Three is near. Four is far."
CHINESE = "第一句在这里。第二句在那里。引文在此。第三句很近。第四句很远。"


def around(text: str, quote: str, most: int) -> Context:
    at = text.index(quote)
    return context_of(text, at, at + len(quote), most)


@pytest.mark.parametrize(
    ("text", "quote", "most", "before", "after"),
    [
        (ENGLISH, "The quote stands.", 300, "One is here. Two is there. ", " Three is near. Four is far."),
        (ENGLISH, "The quote stands.", 20, "Two is there. ", " Three is near."),
        (ENGLISH, "The quote stands.", 10, "is there. ", " Three is"),
        (ENGLISH, ENGLISH, 20, "", ""),
        (CHINESE, "引文在此。", 300, "第一句在这里。第二句在那里。", "第三句很近。第四句很远。"),
        (CHINESE, "引文在此。", 10, "第二句在那里。", "第三句很近。"),
        (CHINESE, "引文在此。", 3, "那里。", "第三句"),
    ],
)
def test_context(text: str, quote: str, most: int, before: str, after: str) -> None:
    assert around(text, quote, most) == Context(before, after)


@pytest.mark.parametrize("most", [0, 1, 7, 50])
def test_it_is_never_longer_and_always_stands_there(most: int) -> None:
    text = "a" * 40 + " b\n\nc. D\u0301e 😀 " + "字" * 90 + ". E"
    for start in range(0, len(text), 3):
        found = context_of(text, start, start + 2, most)
        assert len(found.before) <= most and len(found.after) <= most
        assert text.endswith(found.before + text[start:]) and text.startswith(text[: start + 2] + found.after)
