"""Canonical text as blocks: nothing is lost, and the quote is marked exactly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.article import Article, Section
from service.channels.http.blocks import Block, Piece, blocks_of

TEXTS = st.text(st.sampled_from("ab1 \t\n\n-.)>•一、مر"), max_size=60)


def article(text: str, *sections: Section) -> Article:
    return Article("a", "Title", text, "en", "a.txt", sections=sections)


def pieces(blocks: list[Block]) -> list[Piece]:
    return [piece for block in blocks for line in block.lines for piece in (*line.marker, *line.pieces)]


def visible(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, st.integers(0, 60), st.integers(0, 60))
def test_every_character_is_shown_once_and_the_quote_is_marked(text: str, start: int, end: int) -> None:
    shown = pieces(list(blocks_of(article(text), (start, end))))
    assert visible("".join(p.text for p in shown)) == visible(text)
    marked = [p for p in shown if p.marked]
    assert visible("".join(p.text for p in marked)) == visible(text[start:end])
    assert [p.anchor for p in marked] == [i == 0 for i in range(len(marked))]


def test_headings_begin_below_the_title() -> None:
    text = "Title\n\nOne\n\nbody\n\nTwo\n\nbody"
    found = blocks_of(article(text, Section("Title", 1, 0, 28), Section("One", 3, 7, 18), Section("Two", 4, 18, 28)))
    assert [(b.kind, b.level) for b in found] == [
        ("heading", 1), ("heading", 2), ("paragraph", 0), ("heading", 3), ("paragraph", 0),
    ]  # fmt: skip


def test_lists_keep_their_own_marks() -> None:
    (block,) = blocks_of(article("1. one\n2) two\n- three"))
    assert block.kind == "list"
    assert [line.marker[0].text for line in block.lines] == ["1. ", "2) ", "- "]
