"""An answer as one text: markers where they stand, remarks, then each quote."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from markdown_it import MarkdownIt

from service.answer import Answer, Citation, Nearest, Sentence
from service.footnotes import Footnoted, absolute, footnoted


def cited(number: int, quote: str) -> Citation:
    link = f"/articles/a?version=1&start={number}&end=9#quote"
    return Citation(number, f"c{number}", "a", 1, "Leave", None, None, None, None, None, quote, number, 9, link)


def answer(language: str = "en", **fields: object) -> Answer:
    sentences = (Sentence("It is long.", (1, 2), "supported", 1.0), Sentence("It is paid.", (2,), "supported", 1.0))
    text = {"en": "It is long. [1][2] It is paid. [2]", "zh": "It is long.[1][2]It is paid.[2]"}[language]
    made = Answer("i", "c", "q", "q", language, "answered", "generative", text, sentences)
    return replace(made, **{"citations": (cited(1, "long"), cited(2, "paid\nin full")), **fields})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_begins_with_the_answers_own_text_and_marks_its_markers(language: str) -> None:
    made = footnoted(answer(language), "http://here")
    assert made.text.startswith(answer(language).text + "\n\n[1] “long” — Leave, http://here/articles/a?version=1")
    assert [made.text[m.start : m.end] for m in made.marks] == ["[1]", "[2]", "[2]"]
    assert [m.number for m in made.marks] == [1, 2, 2]
    assert "[2] “paid in full” — Leave" in made.text


def test_grown_sentence_by_sentence_it_is_the_same() -> None:
    whole, grown = footnoted(answer()), Footnoted("en")
    pieces = [grown.add(sentence) for sentence in answer().sentences]
    pieces.append(grown.finish(answer()))
    assert "".join(pieces) == grown.text == whole.text
    assert grown.marks == whole.marks


def test_sentences_that_never_came_are_told_at_the_end() -> None:
    grown = Footnoted("en")
    grown.add(answer().sentences[0])
    assert grown.finish(answer()).startswith(" It is paid. [2]\n\n[1]")


def test_what_replaces_the_sentences_so_far_is_announced_and_marked_alone() -> None:
    grown = Footnoted("en")
    grown.add(Sentence("Something else.", (1,), "supported", 1.0))
    grown.finish(answer())
    assert grown.text.startswith("Something else. [1]\n\nThe chat model broke off.")
    assert len(grown.marks) == 3
    assert min(m.start for m in grown.marks) > grown.text.index("in place of what stands above")


def test_what_is_missing_and_near_is_told() -> None:
    made = footnoted(answer(missing=("The date is missing.",), mode="extractive"))
    assert (
        made.text.index("The date is missing.") < made.text.index("no chat model was used") < made.text.index("[1] “")
    )
    near = Nearest("b", "Holidays", None, "/articles/b")
    declined = answer(outcome="declined", text="Nothing.", sentences=(), citations=(), nearest=(near,))
    assert footnoted(declined, "http://here/x/").text == "Nothing.\n\n- Holidays, http://here/x/articles/b"


def test_articles_can_make_no_links_and_pictures_where_markdown_is_rendered() -> None:
    trap = "[1]: https://evil.example\nSee ![seal](https://evil.example/seal.png) [here](https://evil.example)."
    trap += " <img src='https://evil.example'> <https://evil.example> 1 < 2"
    hostile = replace(cited(1, trap), title="T ](https://evil.example)")
    said = (Sentence(trap, (1,), "supported", 1.0),)
    rendered = MarkdownIt().render(footnoted(answer(sentences=said, citations=(hostile,)), "http://here").text)
    assert "href" not in rendered
    assert "<img" not in rendered
    shown = " ".join(unescape(re.sub(r"<[^>]+>", "", rendered)).split())
    assert shown.count(" ".join(trap.split())) == 2


@pytest.mark.parametrize(
    ("link", "base", "made"),
    [
        ("/articles/a", "http://here", "http://here/articles/a"),
        ("/articles/a", "http://here/", "http://here/articles/a"),
        ("/articles/a?start=1#quote", "https://here/footnote", "https://here/footnote/articles/a?start=1#quote"),
        ("/articles/a", "", "/articles/a"),
        ("https://there/articles/a", "http://here", "https://there/articles/a"),
        ("/articles/http%3A%2F%2Fx", "http://here", "http://here/articles/http%3A%2F%2Fx"),
    ],
)
def test_links_open_from_anywhere(link: str, base: str, made: str) -> None:
    assert absolute(link, base) == made
