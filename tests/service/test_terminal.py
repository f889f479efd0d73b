"""Answers and hits as a person at a terminal reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from prompts import phrase
from service.answer import Answer, Citation, FoundPassage, Nearest, Receipt, Sentence
from service.terminal import render_answer, render_hits

HAN = "今年直播电商在大促期间明显降温，流量已经见顶，主播数量过多，消费者的需求也发生了变化，" * 6


def citation(quote: str) -> Citation:
    return Citation(
        1, "cit_1", "live", 1, "Why it faded", "Mara Lindqvist", None, "2024-06-20", "Returns", 4, quote, 10, 29,
        "/articles/live?version=1&start=10&end=29#quote",
    )  # fmt: skip


def answer(quote: str = "Traffic has peaked.", language: str = "en") -> Answer:
    return Answer(
        "ans_1", "con_1", "Why?", "Why?", language, "answered", "extractive", f"{quote} [1]",
        (Sentence(quote, (1,), "supported", 1.0),), (citation(quote),),
    )  # fmt: skip


def test_an_answer_shows_each_source_with_its_quote_and_link() -> None:
    assert render_answer(answer()) == (
        "Traffic has peaked. [1]\n\n"
        "Quoted from the articles; no chat model was used.\n\n"
        "[1] Why it faded · Mara Lindqvist · 2024-06-20 · Returns · p. 4\n"
        "    “Traffic has peaked.”\n"
        "    /articles/live?version=1&start=10&end=29#quote"
    )


def test_what_is_not_known_of_an_article_leaves_no_gap() -> None:
    bare = replace(citation("Traffic."), author=None, published_at=None, section=None, page=None)
    assert "[1] Why it faded\n" in render_answer(replace(answer(), citations=(bare,)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_says_whether_no_model_was_used_or_one_failed(language: str) -> None:
    quoted = replace(answer(language=language), receipt=Receipt(notes=("no embedding model: keywords alone were",)))
    failed = replace(quoted, notices=(phrase("model_failed", language),))
    written = replace(quoted, mode="generative", receipt=Receipt(model="some-model"))
    lines = [phrase("extractive", language), phrase("model_failed", language)]
    assert [[line in render_answer(a) for line in lines] for a in (quoted, failed, written)] == [
        [True, False],
        [False, True],
        [False, False],
    ]


def test_a_declined_answer_lists_the_nearest_articles() -> None:
    near = (Nearest("live", "Why it faded", "2024-06-20", "/articles/live"), Nearest("a", "A", None, "/articles/a"))
    declined = replace(answer(), outcome="declined", text="Not answered.", sentences=(), citations=(), nearest=near)
    assert render_answer(declined) == (
        "Not answered.\n\n  - Why it faded (2024-06-20)\n    /articles/live\n\n  - A\n    /articles/a"
    )


def test_latin_text_wraps_between_words() -> None:
    shown = render_answer(answer("internationalisation " * 20 + "ends."))
    assert max(cell_len(line) for line in shown.splitlines()) <= 104
    assert "internationalisation\n" in shown
    assert not any(line.endswith(" ") for line in shown.splitlines())


def test_chinese_text_wraps_by_the_width_it_takes() -> None:
    shown = render_answer(answer(HAN, "zh"))
    lines = shown.splitlines()
    assert max(cell_len(line) for line in lines) <= 104
    assert sum(cell_len(line) > 90 for line in lines) >= 5, "lines are filled"
    assert not any(line.strip().startswith(("，", "。", "”", "[1]")) and len(line.strip()) > 3 for line in lines[:6])
    assert HAN in "".join(line.strip() for line in lines)


def test_nothing_of_mixed_text_is_lost_in_wrapping() -> None:
    mixed = "第一季度 live orders 的退货率为 31.4%，同期 App 为 9.8%。See https://intranet.example/returns 复盘。" * 5
    shown = render_answer(answer(mixed, "zh"))
    assert "".join(mixed.split()) in "".join(shown.split())
    assert "31.4%" in shown
    assert shown.count("https://intranet.example/returns") == 10


def test_a_word_wider_than_the_line_stays_whole() -> None:
    word = "x" * 150
    assert f"\n{word}\n" in render_answer(answer(f"See {word} here."))


def hit_of(text: str, title: str) -> FoundPassage:
    return FoundPassage("a", "a:1:0", title, None, text, 0, len(text), 1.0)


def test_hits_are_ranked_with_the_start_of_each_passage() -> None:
    hit = hit_of("Traffic has peaked.\n\nNeeds have changed.", title="Why it faded")
    assert render_hits([hit, hit]) == (
        "1. Why it faded  (1.0000)\n   Traffic has peaked. Needs have changed.\n\n"
        "2. Why it faded  (1.0000)\n   Traffic has peaked. Needs have changed."
    )
    assert render_hits([]) == "Nothing found."


@pytest.mark.parametrize("text", [HAN + HAN, "Traffic has peaked at last. " * 40])
def test_a_long_passage_is_cut_short_in_any_script(text: str) -> None:
    shown = render_hits([hit_of(text, title="T")])
    assert shown.endswith(" …")
    body = "".join(shown.split("\n", 1)[1].split()).removesuffix("…")
    assert "".join(text.split()).startswith(body)
    assert 230 < cell_len(body) <= 290
    assert len(shown.splitlines()) == 4
