import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Article, Chunk, Page, Section
from ingest.chunk import chunks_of
from ingest.cleaning.clean import clean
from ingest.extract import extractor_for
from ingest.sentences import sentences

ENGLISH = st.lists(
    st.sampled_from(["the manager", "approves", "travel", "in 3.5 days", "e.g.", "by", "Dr.", "Lee", "U.S."])
)
CHINESE = st.lists(st.sampled_from(["退货率", "在第一季度", "达到", "31.4%", "，", "员工", "有 15 天年假", "“好的。”"]))
SENTENCE = st.one_of(
    st.tuples(ENGLISH.map(" ".join), st.sampled_from(list(".?!…"))).map("".join),
    st.tuples(CHINESE.map("".join), st.sampled_from(list("。？！；"))).map("".join),
    st.text(max_size=40),
    st.sampled_from(["-" * 700, "word " * 90, "长" * 300, "\n", "\n\n", "🙂🙂"]),
)
TEXT = st.lists(SENTENCE, max_size=25).map(" ".join)
CJK = 2.5


def article(text: str, **parts: object) -> Article:
    return Article("a", "Title", text, "en", "file:///a", **parts)  # type: ignore[arg-type]


def weight(text: str) -> float:
    return sum(
        CJK if "\u3040" <= c <= "\u30ff" or "\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" else 1 for c in text
    )


def read(markdown: str) -> Article:
    extract = extractor_for("a.md")
    assert extract is not None
    cleaned = clean(extract(markdown.encode(), "a.md"), "a.md")
    return article(cleaned.text, sections=cleaned.sections, pages=cleaned.pages)


@settings(max_examples=150, deadline=None)
@given(TEXT, st.integers(200, 1200))
def test_chunks_are_exact_bounded_in_order_and_hold_every_sentence(text: str, size: int) -> None:
    chunks = chunks_of(article(text), 3, size)
    assert [c.text for c in chunks] == [text[c.start : c.end] for c in chunks]
    assert [c.id for c in chunks] == [f"a:3:{n}" for n in range(len(chunks))]
    assert all(0 <= c.start < c.end <= len(text) for c in chunks)
    assert all(before.end <= after.start for before, after in pairwise(chunks))
    assert all(weight(c.text) <= size for c in chunks)
    for sentence in sentences(text):
        inside = "".join(c.text for c in chunks if c.start < sentence.end and c.end > sentence.start)
        assert "".join(text[sentence.start : sentence.end].split()) in "".join(inside.split())


@settings(max_examples=150, deadline=None)
@given(TEXT, st.integers(200, 1200))
def test_a_chunk_ends_inside_a_sentence_only_where_one_is_too_long(text: str, size: int) -> None:
    found = sentences(text)
    starts, ends = {s.start for s in found}, {s.end for s in found}
    for chunk in chunks_of(article(text), 1, size):
        for at, allowed in ((chunk.start, starts), (chunk.end, ends)):
            if at not in allowed:
                (cut,) = [s for s in found if s.start < at < s.end]
                assert weight(text[cut.start : cut.end]) > size


@pytest.mark.parametrize("body", ["Travel is approved by the manager. ", "差旅由经理批准。员工有年假。"])
def test_no_chunk_crosses_a_heading_and_each_knows_its_own(body: str) -> None:
    made = read(
        f"# Handbook\n\n{body}\n\n## Travel\n\n{body * 3}\n\n### Who approves\n\n{body * 60}\n\n## Who pays\n\n{body}\n"
    )
    chunks = chunks_of(made, 1, 400)
    assert {c.section for c in chunks} == {None, "Travel", "Who approves", "Who pays"}
    starts = [s.start for s in made.sections]
    assert len(starts) == 3
    for chunk in chunks:
        assert not [start for start in starts if chunk.start < start < chunk.end]
        assert chunk.section == made.section_at(chunk.start)


def test_a_heading_without_text_goes_with_the_section_below_it() -> None:
    (chunk,) = chunks_of(
        read("# Handbook\n\n## Leave\n\n### Annual leave\n\nEmployees have 15 days of leave.\n"), 1, 1000
    )
    assert chunk.text == "Leave\n\nAnnual leave\n\nEmployees have 15 days of leave."
    assert chunk.section == "Annual leave"


def test_text_before_the_first_heading_has_no_section() -> None:
    first, second = chunks_of(read("# Handbook\n\nAn opening line.\n\n## Leave\n\nEmployees have leave.\n"), 1, 1000)
    assert (first.section, second.section) == (None, "Leave")


def test_a_chunk_knows_the_page_it_begins_on() -> None:
    text = "One is here. " * 30 + "Two is here. " * 30
    made = article(text, pages=(Page(4, 0, 390), Page(5, 390, len(text))))
    assert [c.page for c in chunks_of(made, 1, 390)] == [4, 5]
    assert {c.page for c in chunks_of(article(text), 1, 390)} == {None}


def test_a_section_a_little_too_long_is_cut_evenly() -> None:
    lengths = [len(c.text) for c in chunks_of(article("A sentence of thirty letters. " * 40), 1, 1000)]
    assert len(lengths) == 2
    assert min(lengths) > 0.8 * max(lengths)


def test_what_stands_between_sentences_counts_too() -> None:
    chunks = chunks_of(article("First sentence.\n" + "-" * 5000 + "\nSecond sentence."), 1, 1000)
    assert [c.text for c in chunks] == ["First sentence.", "Second sentence."]


def test_text_without_a_letter_has_no_chunk() -> None:
    assert chunks_of(article("--- *** ---\n\n…"), 1, 1000) == []
    assert chunks_of(article(""), 1, 1000) == []


@pytest.mark.parametrize("text", ["word " * 400_000, "x" * 2_000_000, "长" * 800_000], ids=["words", "letters", "han"])
def test_two_megabytes_without_a_sentence_end_are_cut_at_once(text: str) -> None:
    started = time.thread_time()
    chunks = chunks_of(article(text), 1, 1000)
    assert time.thread_time() - started < 5
    assert sum(len(c.text) for c in chunks) >= len(text) - 2 * len(chunks)


def test_thousands_of_sections_are_cut_in_time() -> None:
    part = "Heading\n\nThis is what the section says.\n\n"
    at = range(0, 3000 * len(part), len(part))
    sections = tuple(Section("Heading", 1, start, start + len(part)) for start in at)
    started = time.thread_time()
    chunks: list[Chunk] = chunks_of(article(part * 3000, sections=sections), 1, 1000)
    assert len(chunks) == 3000
    assert time.thread_time() - started < 5
