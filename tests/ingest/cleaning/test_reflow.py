from __future__ import annotations

import textwrap
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning.layout import Layout
from ingest.cleaning.lines import physical_line
from ingest.cleaning.passage import Passage, Pieces
from ingest.cleaning.reflow import reflow
from ingest.cleaning.seam import Seams
from ingest.extract.base import Block

PROSE = (
    "The council bought the mill in 1998 because nobody else wanted it, and for ten years it stood empty. "
    "Pigeons lived in the loft and the wheel rusted in place. Then a school asked for a room to teach pottery in, "
    "and the council said yes within a week, which surprised everybody who had dealt with the council before."
)
MORE = (
    "Today the mill has nine tenants who share the cost of heating. A brewer uses the cellar, two bookbinders work "
    "where the stones once turned, and the pottery school has moved to the ground floor with its two large kilns."
)
CHINESE = (
    "老磨坊在1998年由市政府买下，因为没有人愿意接手，此后空置了十年。"
    "后来一所学校想借一间教室教陶艺，市政府在一周之内就同意了，所有人都感到意外。"
)


def flow(text: str) -> list[tuple[str, str]]:
    return [(p.kind, p.text) for p in reflow([Block("line", line) for line in text.split("\n")])]


def paragraphs(text: str) -> list[str]:
    return [found for kind, found in flow(text) if kind == "paragraph"]


def wrapped(text: str, width: int = 60, **options: str) -> str:
    return "\n".join(textwrap.wrap(text, width, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [32, 45, 72, 100])
def test_wrapped_lines_are_joined(width: int) -> None:
    assert paragraphs(wrapped(PROSE, width) + "\n\n" + wrapped(MORE, width)) == [PROSE, MORE]


@pytest.mark.parametrize("width", [45, 72])
def test_indentation_separates_paragraphs_without_empty_lines(width: int) -> None:
    text = "\n".join(wrapped(part, width, initial_indent="   ") for part in (PROSE, MORE, PROSE))
    assert paragraphs(text) == [PROSE, MORE, PROSE]


def test_a_block_indented_throughout_is_one_paragraph() -> None:
    text = wrapped(PROSE) + "\n\n" + wrapped(MORE, initial_indent="    ", subsequent_indent="    ")
    assert paragraphs(text) == [PROSE, MORE]


@pytest.mark.parametrize("width", [12, 20, 32])
def test_chinese_is_joined_without_spaces(width: int) -> None:
    lines = [CHINESE[at : at + width] for at in range(0, len(CHINESE), width)]
    assert paragraphs("　　" + "\n".join(lines) + "\n　　" + "\n".join(lines)) == [CHINESE, CHINESE]


def test_whole_lines_stay_whole() -> None:
    lines = ["The mill is old.", "It is large.", PROSE, MORE, "Nobody lives there."]
    assert paragraphs("\n".join(lines)) == lines
    assert paragraphs("\n\n".join(lines)) == lines
    chinese = ["磨坊很旧。", CHINESE, "那里没有人住。", CHINESE]
    assert paragraphs("\n".join(chinese)) == chinese


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("word informa-\ntion here", "word information here"),
        ("a common e-\ncommerce site", "a common e-commerce site"),
        ("the self-\nservice desk", "the self-service desk"),
        ("they re-\nelected her", "they re-elected her"),
        ("they re-\nported it", "they reported it"),
        ("from 2020-\n2024 on", "from 2020-2024 on"),
        ("the Anglo-\nAmerican talks", "the Anglo-American talks"),
        ("the long-\nterm plan needs long-term money", "the long-term plan needs long-term money"),
        ("the well known and loved short-\nterm term is short", "the well known and loved short-term term is short"),
        ("the in-\ntake and its intake", "the intake and its intake"),
        ("a word in-\u00ad\nside", "a word in-side"),
        ("a word in\u00ad\nside", "a word inside"),
        ("a pause -\nand then", "a pause - and then"),
        ("it said “yes”\nand went", "it said “yes” and went"),
        ("今年\n618的销售", "今年618的销售"),
        ("他说“好”\n然后走了", "他说“好”然后走了"),
        ("서울의 큰\n시장", "서울의 큰 시장"),
    ],
)
def test_seams(broken: str, expected: str) -> None:
    first, second = broken.split("\n")
    pieces = Pieces(Passage("line", first), Seams(broken.split("\n")))
    pieces.add(second, ())
    assert pieces.passage().text == expected


@pytest.mark.parametrize(
    "text",
    [
        "It was one of the reasons why the price of this one had to\nfall.",
        "It was one of the reasons why the price of this one had to\n\nfall.",
        "It was one of the reasons why the price of this one had to\n-\nfall.",
        "It was one of the reasons why the price of this one had to\n\n•\n\nfall.",
    ],
)
def test_a_broken_sentence_is_mended(text: str) -> None:
    assert paragraphs(f"He came.\n{text}\nShe left.") == [
        "He came.",
        "It was one of the reasons why the price of this one had to fall.",
        "She left.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It ended.\n, as they say, too late.", ["It ended.", "as they say, too late."]),
        (
            "It was the end of everything we had known before\n, as they say.",
            ["It was the end of everything we had known before, as they say."],
        ),
        ("市场变了。\n，但是没有人注意。", ["市场变了。", "但是没有人注意。"]),
        ("It grew. .\nIt fell! .", ["It grew.", "It fell!"]),
        ("He waited . . . and went.\nWait. . . now.", ["He waited . . . and went.", "Wait. . . now."]),
        ("涨了。。\n跌了。。。", ["涨了。", "跌了。。。"]),
        ("由于价格下降，\n销量上升；\n利润减少。", ["由于价格下降，销量上升；利润减少。"]),
        (
            "The most important thing about this is the price of\nAlder Street.",
            ["The most important thing about this is the price of Alder Street."],
        ),
        ("Dear all,\n\nthis is it.", ["Dear all,", "this is it."]),
        (
            "He came.\nIt is what all the buyers of these things now like to call their first\niPhone sales.",
            ["He came.", "It is what all the buyers of these things now like to call their first", "iPhone sales."],
        ),
        ("We met.\nThe end came soon.\nEND", ["We met.", "The end came soon."]),
        ("We met.\n* * *\nWe left.", ["We met.", "We left."]),
        ("不再增长。（完）", ["不再增长。"]),
        ("不再增长。\n【完】", ["不再增长。"]),
        ("It is over.\n###", ["It is over."]),
        ("It is over.\n(End)", ["It is over."]),
        ("The last word is end.\n\n30", ["The last word is end.", "30"]),
    ],
)
def test_marks_and_fragments(text: str, expected: list[str]) -> None:
    assert paragraphs(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Title\n=====\n\nText is here.", [("heading", "Title"), ("paragraph", "Text is here.")]),
        (
            "Text is here.\n\nPart\n---\nText.",
            [("paragraph", "Text is here."), ("heading", "Part"), ("paragraph", "Text.")],
        ),
        ("Why Is It So?\n\nText is here.", [("heading", "Why Is It So?"), ("paragraph", "Text is here.")]),
        (
            "It was.\n\nNext steps\n\nIt is.",
            [("paragraph", "It was."), ("heading", "Next steps"), ("paragraph", "It is.")],
        ),
        (
            "二\n他来了。\n三\n他走了。",
            [("heading", "二"), ("paragraph", "他来了。"), ("heading", "三"), ("paragraph", "他走了。")],
        ),
        ("一、背景\n他来了。", [("heading", "一、背景"), ("paragraph", "他来了。")]),
        (
            "一、他来了，因为市场变了。\n他走了。",
            [("paragraph", "一、他来了，因为市场变了。"), ("paragraph", "他走了。")],
        ),
        (
            "1. Scope\n\nIt is.\n\n2. Terms\n\nIt was.",
            [("heading", "1. Scope"), ("paragraph", "It is."), ("heading", "2. Terms"), ("paragraph", "It was.")],
        ),
        ("We need:\n1. Bread\n2. Milk", [("paragraph", "We need:"), ("item", "1. Bread"), ("item", "2. Milk")]),
        (
            "It ended.\nBest regards\nJane",
            [("paragraph", "It ended."), ("paragraph", "Best regards"), ("paragraph", "Jane")],
        ),
        ("- one\n  more\n- two", [("item", "- one more"), ("item", "- two")]),
        ("· 一\n· 二", [("item", "· 一"), ("item", "· 二")]),
        ("1、牛奶\n2、面包", [("item", "1、牛奶"), ("item", "2、面包")]),
        ("（1）牛奶\n（2）面包", [("item", "（1）牛奶"), ("item", "（2）面包")]),
    ],
)
def test_headings_and_items(text: str, expected: list[tuple[str, str]]) -> None:
    assert flow(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Name\tAge\nAnn\t31\nBob\t4", "row"),
        ("Name: Ann\nAge: 31", "code"),
        ("姓名：小安\n年龄：31", "code"),
        ("if x:\n    y = 1\n    z = 2", "code"),
        ("const a = 1;\nreturn a;", "code"),
        ("床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。", "code"),
        ("Ann Lee\n4 Mill Lane\nOstby", "code"),
        ("he came\nhe saw\nhe left", "code"),
    ],
)
def test_lines_that_stand(text: str, kind: str) -> None:
    found = flow(f"The lines below are not joined.\n\n{text}\n\nThe lines above were not joined.")[1:-1]
    assert {k for k, _ in found} == {kind}
    assert "\n".join(t for _, t in found).replace(" | ", "\t") == text


def test_a_speaker_begins_a_paragraph_of_wrapped_text() -> None:
    text = wrapped(f"ANN: {PROSE}") + "\n" + wrapped(f"BOB: {MORE}") + "\n" + wrapped(f"ANN: {PROSE}")
    assert paragraphs(text) == [f"ANN: {PROSE}", f"BOB: {MORE}", f"ANN: {PROSE}"]


def test_justified_text_is_no_table() -> None:
    lines = [line.replace(" ", "  ", 3) for line in textwrap.wrap(PROSE, 60)]
    assert paragraphs("\n".join(lines)) == [PROSE]


def test_layout_is_told_from_the_whole_file() -> None:
    def layout(text: str) -> Layout:
        return Layout.of([physical_line(line, None, False) for line in text.split("\n")])

    assert layout(wrapped(PROSE, 60)).margin in range(54, 61)
    assert layout(wrapped(PROSE, 60).replace("\n", "\n\n")).double_spaced
    assert layout(f"{PROSE}\n{MORE}\n{PROSE}") == Layout()
    assert layout("he came\nhe saw\nhe left\n" * 9) == Layout()
    assert layout("") == Layout()


@given(st.lists(st.sampled_from([PROSE, MORE, "Short one.", CHINESE]), min_size=1, max_size=5), st.integers(50, 110))
def test_wrapping_is_undone(texts: list[str], width: int) -> None:
    texts = [PROSE, *(b for a, b in pairwise([PROSE, *texts]) if b != CHINESE)]
    assert paragraphs("\n\n".join(wrapped(text, width) for text in texts)) == texts
