from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.article import Page, Section
from ingest.cleaning.clean import Cleaned, clean
from ingest.cleaning.lines import is_complete
from ingest.errors import PermanentError
from ingest.extract.base import Block, Draft, Kind
from ingest.sentences import sentences

DAMAGED = Path(__file__).parent / "damaged"
ARTICLE = Path(__file__).parents[4] / "shared" / "articles" / "618-live-streaming.txt"

# title, author, date, headings with levels
FACTS: dict[str, tuple[str, str | None, str | None, list[tuple[str, int]]]] = {
    "hard-wrapped": (
        "How the Harbour Library Lends Tools",
        None,
        None,
        [("How the Harbour Library Lends Tools", 1), ("What members may borrow", 2)],
    ),
    "pdf-lines": ("Annual Report on Night Trains", None, None, [("Annual Report on Night Trains", 1)]),
    "chinese-wrapped": (
        "第三章 社区菜园的管理",
        None,
        None,
        [("第三章 社区菜园的管理", 2), ("一、土地的来源", 3), ("（二）用水与堆肥", 4)],
    ),
    "mojibake": ("The Bakery’s New Oven", None, None, [("The Bakery’s New Oven", 1)]),
    "double-spaced": ("double spaced", None, None, []),
    "email-reply": ("Keys for the bicycle room", "Priya Nair", "2024-03-12", []),
    "chinese-web-copy": (
        "老城区的夜市为什么又热闹了",
        "林晓舟",
        "2024-06-18",
        [("老城区的夜市为什么又热闹了", 1), ("原因之一", 2), ("原因之二", 2)],
    ),
    "press": (
        "Small Islands Ask for a Longer Ferry Season",
        "Jane Roe",
        "2024-06-18",
        [("Small Islands Ask for a Longer Ferry Season", 1)],
    ),
    "standing-lines": ("Notes from the Open Day", None, None, [("Notes from the Open Day", 1)]),
    "translated": ("translated", "Rosa Thorn", None, [("二", 2), ("What comes next", 2)]),
}


def lines(text: str) -> Draft:
    """A draft as plain text yields it; a form feed begins a page, as it does for PDF."""
    sheets = text.removesuffix("\n").split("\f")
    return Draft(
        tuple(
            Block("line", line, page=number if len(sheets) > 1 else None)
            for number, sheet in enumerate(sheets, 1)
            for line in sheet.removesuffix("\n").split("\n")
        )
    )


def whole(*texts: str, kind: Kind = "paragraph") -> Draft:
    return Draft(tuple(Block(kind, text) for text in texts))


def damaged(name: str) -> Cleaned:
    return clean(lines((DAMAGED / f"{name}.txt").read_text("utf-8")), f"{name}.txt")


def headings(cleaned: Cleaned) -> list[tuple[str, int]]:
    return [(section.heading, section.level) for section in cleaned.sections]


def test_every_damaged_text_has_facts() -> None:
    assert set(FACTS) == {path.stem for path in DAMAGED.glob("*.txt") if not path.stem.endswith(".clean")}


@pytest.mark.parametrize("name", FACTS)
def test_damaged_text(name: str) -> None:
    cleaned = damaged(name)
    assert cleaned.text == (DAMAGED / f"{name}.clean.txt").read_text("utf-8").removesuffix("\n")
    assert (cleaned.title, cleaned.author, cleaned.published_at, headings(cleaned)) == FACTS[name]


def test_pages_of_a_paragraph_that_goes_over_the_page() -> None:
    cleaned = damaged("pdf-lines")
    assert [page.number for page in cleaned.pages] == [1, 2, 3]
    assert [cleaned.text[page.start :][:20] for page in cleaned.pages] == [
        "Annual Report on Nig",
        "carriages that all o",
        "night, so a sleeper ",
    ]
    assert all(a.end == b.start for a, b in pairwise(cleaned.pages)) and cleaned.pages[-1].end == len(cleaned.text)


@pytest.mark.skipif(not ARTICLE.exists(), reason="the article is not part of this repository")
def test_the_618_article() -> None:
    cleaned = clean(lines(ARTICLE.read_text("utf-8")), ARTICLE.name)
    paragraphs = cleaned.text.split("\n\n")
    assert (cleaned.title, cleaned.author, cleaned.published_at) == ("618 live streaming", "Meng Yonghui", None)
    assert headings(cleaned) == [("二", 2), ("三", 2), ("Conclusion", 2)]
    assert all(is_complete(text) for text in paragraphs if text not in {"二", "三", "Conclusion"})
    for seam in [
        "reasons why live",
        "focus of traffic has",
        "peak of traffic,",
        "focus of is no",
        "reasons why ai has",
    ]:
        assert seam in cleaned.text
    assert sum("what we see is" in text for text in paragraphs) == 1
    assert any(text.startswith("as a live streaming product") for text in paragraphs)
    assert "End—" not in cleaned.text and ". ." not in cleaned.text
    assert paragraphs[-1].startswith("Author: Meng Yonghui, senior writer") and len(paragraphs) == 52


def test_characters_are_kept_or_mended() -> None:
    cleaned = clean(
        whole("“Ａ１”，\u200bcafe\u0301\ufeff  is\u00a0\u00ad open\x07。\U000e0041 👩\u200d🔬 می\u200cخواهم ①"), "a.txt"
    )
    assert cleaned.text == "“Ａ１”，café is open。 👩\u200d🔬 می\u200cخواهم ①"


def test_blocks_are_joined_by_kind() -> None:
    draft = Draft(
        (
            Block("heading", "Top", 1),
            Block("paragraph", "A line\nand 中文\n换行 another."),
            Block("item", "- one"),
            Block("item", "- two"),
            Block("row", "a | b"),
            Block("row", "c | d"),
            Block("heading", "Deep", 3),
            Block("code", "if x:\n    y\n"),
            Block("heading", "Next", 2),
            Block("paragraph", "End."),
            Block("heading", "Other", 1),
        )
    )
    cleaned = clean(draft, "a.md")
    assert cleaned.text == (
        "Top\n\nA line and 中文换行 another.\n\n- one\n- two\n\na | b\nc | d\n\n"
        "Deep\n\nif x:\n    y\n\nNext\n\nEnd.\n\nOther"
    )
    assert cleaned.sections == (
        Section("Top", 1, 0, 88),
        Section("Deep", 3, 57, 76),
        Section("Next", 2, 76, 88),
        Section("Other", 1, 88, 93),
    )
    assert cleaned.title == "Top"


def test_what_the_format_knows_wins() -> None:
    draft = Draft(
        lines("A Title\nBy Jane Roe | June 18, 2024\n\nText is here.").blocks,
        title=" The\u00a0real title ",
        author="Ann Other",
        published_at="2023-01-02T10:00:00Z",
    )
    cleaned = clean(draft, "a.html")
    assert (cleaned.title, cleaned.author, cleaned.published_at) == ("The real title", "Ann Other", "2023-01-02")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("618-live-streaming.txt", "618 live streaming"),
        ("notes/two_words v1.2.txt", "two words v1.2"),
        ("年度报告.txt", "年度报告"),
    ],
)
def test_title_of_last_resort(name: str, title: str) -> None:
    assert clean(lines("this is one line, and it has no title."), name).title == title


@pytest.mark.parametrize("text", ["One line.", "Ein Wort", "618", "中文。"])
def test_one_line(text: str) -> None:
    cleaned = clean(lines(text + "\n"), "one.txt")
    assert (cleaned.text, cleaned.title, cleaned.sections, cleaned.pages) == (text, "one", (), ())


@pytest.mark.parametrize(
    "draft", [Draft(()), lines(""), lines("\n\n - \n***\n"), lines("\u200b\ufeff"), whole("", " ")]
)
def test_no_text(draft: Draft) -> None:
    with pytest.raises(PermanentError, match=r"“empty\.txt” has no text\."):
        clean(draft, "empty.txt")


def test_stray_marks_in_paragraphs_of_a_format() -> None:
    draft = whole("It was one of the most important reasons why", "-", "the shops closed. .", "—End—")
    assert clean(draft, "a.html").text == "It was one of the most important reasons why the shops closed."


WORDS = st.text(alphabet="abcXYZ019é中文字，。.,!?“”()-;: ", min_size=1, max_size=60)
BLOCKS = st.builds(
    Block,
    st.sampled_from(["heading", "paragraph", "item", "row", "code", "line"]),
    WORDS,
    st.integers(0, 6),
    st.sampled_from([None, 1, 2]),
)


@given(st.lists(BLOCKS, min_size=1, max_size=12))
def test_invariants(blocks: list[Block]) -> None:
    try:
        cleaned = clean(Draft(tuple(blocks)), "any.txt")
    except PermanentError:
        assert not any(c.isalnum() for block in blocks for c in block.text)
        return
    text = cleaned.text
    assert text == text.strip() and "\n\n\n" not in text
    assert Counter(filter(str.isalnum, text)) == Counter(c for b in blocks for c in b.text if c.isalnum())
    spans: list[Section | Page] = [*cleaned.sections, *cleaned.pages]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(text.startswith(section.heading, section.start) for section in cleaned.sections)
    assert all(a.start < b.start for a, b in pairwise(cleaned.sections))
    assert all(a.end == b.start for a, b in pairwise(cleaned.pages))
    assert clean(Draft(tuple(blocks)), "any.txt") == cleaned


@given(st.lists(st.sampled_from((DAMAGED / "standing-lines.txt").read_text("utf-8").split("\n")), max_size=30))
def test_no_line_is_lost(chosen: list[str]) -> None:
    if not any(chosen):
        return
    text = clean(lines("\n".join(chosen)), "any.txt").text
    assert Counter(filter(str.isalnum, text)) == Counter(filter(str.isalnum, "".join(chosen)))
    assert sentences(text)


@pytest.mark.parametrize(
    "line",
    [
        "the words of this line go on and on, and they never seem to end",
        "Each line is a sentence.",
        "她说市场变了",
        "市场变了。",
        "- ",
        "- and,",
        "Key: value",
        ". . . . .",
        "a  b",
        "x = 1",
        "=" * 72,
    ],
)
def test_time_is_linear(line: str) -> None:
    for glue in ("\n", "\n\n", " "):
        draft = lines("Text.\n" + glue.join([line] * (100_000 // len(line + glue))))
        began = time.thread_time()
        clean(draft, "big.txt")
        assert time.thread_time() - began < 4
