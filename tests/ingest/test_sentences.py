from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentences


def split(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["One ends here.", "Two ends there!", "Does three?", "Four"],
        ["Sales rose 3.5 percent.", "Costs fell to 2.75."],
        ["Mr. Brown met Dr. He Jiankui.", "They spoke."],
        ["George W. Bush and J. R. R. Tolkien wrote it.", "J. A. Smith did not."],
        ["He moved to the U.S.", "The move was hard."],
        ["The U.S. Navy sailed to the U.K. and back.", "It returned."],
        ["Use a short word, e.g. Run, i.e. Not a long one, etc. and so on.", "Done."],
        ["We sell pens, paper, etc.", "Orders are sent daily."],
        ["It works with Apple Inc. Chief Executive Tim Cook.", "Fine."],
        ["He works for Acme Ltd.", "The pay is good."],
        ["See No. 5 and Fig. 2 on pp. 3 to 4.", "The answer was no.", "Then he left."],
        ["It opened on Jan. 5, 2024 and shut in Feb.", "Nobody came."],
        ["Be there at 5 p.m. Monday or at 9 a.m. Eastern.", "Or at 5 p.m.", "Alice left."],
        ["Node.js is a runtime.", "It runs on JD.com and example.com.", "Read https://a.example/x?y=1.2 first."],
        ["1. Open the door.", "2) Close it."],
        ["He said “Go.” and went.", "“Stop!” she cried.", "(They did.)", "“Why?”", "Nobody knew."],
        ['"Is it so?" he asked.', '"It is."', "She nodded."],
        ["Well... he waited…", "Then he left.", "So... nothing."],
        ["Is it good?!", "Yes!!!", "no way."],
        ["It was shown before.[3]", "Others agree.[4][12]", "We do not."],
        ["It grew.", "iPhone sales fell.", "c2m is new."],
        ["She has a Ph.D. in law.", "It was plan B.", "The other plan."],
    ],
)
def test_english(expected: list[str]) -> None:
    assert split(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["直播不再是主角。", "为什么？", "因为流量变了！", "就这样"],
        ["他说：“市场变了。”", "没有人反对。"],
        ["「真的嗎？」", "「真的。」"],
        ["“真的吗？”他问。", "“真的！”她答。"],
        ["他问：“为什么？”", "没有人回答。"],
        ["她提出“为什么？”这个问题。", "大家沉默了。"],
        ["《你好吗？》是一部电影。", "《别走……》是一首歌。"],
        ["他想……可是不行。", "“我不知道……”", "“走吧。”"],
        ["第一，价格下降；第二，退货增加；第三，利润减少。", "完。"],
        ["增长3.5%。", "使用Node.js开发。", "版本是2.0。"],
        ["真的？！", "不会吧！！"],
        ["（他走了。）", "后来下雨。"],
        ["他说。", '"你好。"', "她笑了。"],
        ["It works.", "这是真的。", "今天很好.", "明天也好."],
    ],
)
def test_chinese(expected: list[str]) -> None:
    assert split("".join(expected)) == expected


def test_semicolon_cuts_only_what_is_too_long() -> None:
    clause = "平台调整了规则" * 14 + "；"
    assert split(clause + clause + "商家等待结果。") == [clause + clause, "商家等待结果。"]
    assert split(clause + "商家等待结果。") == [clause + "商家等待结果。"]


def test_lines_end_sentences() -> None:
    assert split("Conclusion\n\nIt ended\n- one item\n- two items\n\n***\n\nEnd") == [
        "Conclusion",
        "It ended",
        "- one item",
        "- two items",
        "End",
    ]


def test_part_of_a_text() -> None:
    text = "One. Two. Three."
    assert [(s.start, s.end) for s in sentences(text, 5)] == [(5, 9), (10, 16)]
    assert [(s.start, s.end) for s in sentences(text, 5, 12)] == [(5, 9), (10, 12)]
    assert sentences("") == [] == sentences(" \n… !")


@given(st.text(alphabet="ab AB1.,!?…;:“”\"'()[]。！？；「」《》中文\n -", max_size=300))
def test_spans_are_trimmed_ordered_and_complete(text: str) -> None:
    spans = sentences(text)
    covered = "".join(text[s.start : s.end] for s in spans)
    assert [c for c in covered if c.isalnum()] == [c for c in text if c.isalnum()]
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() != "" for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


@pytest.mark.parametrize(
    "unit", ["word ", "a. b ", ". ", ".", '?"', "“啊？”他", "。", "；", "……", "A. ", "(.[1]", "\n", '。"啊']
)
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        began = time.thread_time()
        sentences(text)
        return time.thread_time() - began

    assert min(seconds(200_000) for _ in range(2)) < 0.5
    assert seconds(2_000_000) < 8
