"""Answers as messages: what is said, what is a link, and Slack's limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.answer import Conflict, Nearest
from service.channels.slack import controls
from service.channels.slack.blocks import Message, Rendering
from service.channels.slack.rich import MOST_BYTES, MOST_TEXT
from tests.fakes.slack.rules import check_blocks
from tests.service.channels.slack.answers import BASE, answered, cited, sentence
from tests.service.channels.slack.test_mrkdwn import HOSTILE, words

RENDERING = Rendering(BASE)
BUTTONS = controls.below("ans_1", "en", share=True)


def elements(messages: list[Message]) -> Iterator[dict[str, Any]]:
    """Everything that rich text says, in order."""

    def within(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if "elements" in one and one["type"].startswith("rich_text"):
            for inner in one["elements"]:
                yield from within(inner)
        elif one["type"] in ("text", "link", "user"):
            yield one

    for message in messages:
        for block in message.blocks:
            yield from within(block)


def said(messages: list[Message]) -> str:
    return "".join(one.get("text", "") for one in elements(messages))


def links(messages: list[Message]) -> list[tuple[str, str]]:
    return [(one["text"], one["url"]) for one in elements(messages) if one["type"] == "link"]


def test_a_sentence_is_followed_by_numbers_that_open_its_quotes() -> None:
    answer = answered([sentence("Leave is 20 weeks.", 1, 2)], [cited(1), cited(2)])
    (message,) = RENDERING.messages(answer)
    assert said([message]).startswith("Leave is 20 weeks. [1] [2]")
    assert links([message])[:2] == [
        ("[1]", f"{BASE}/articles/article-1?version=1&start=0&end=18#quote"),
        ("[2]", f"{BASE}/articles/article-2?version=1&start=0&end=18#quote"),
    ]


def test_sources_have_title_date_section_page_and_the_exact_quote() -> None:
    one = cited(1, "Leave is *20* weeks & <paid>.", "Leave & absence", section="How long", page=3)
    (message,) = RENDERING.messages(answered([sentence("It is 20 weeks.", 1)], [one]))
    source = next(b for b in message.blocks if "Sources" in json.dumps(b))
    title, quote = source["elements"][1:]
    assert [e["text"] for e in title["elements"]] == ["[1] ", "Leave & absence", " · 2024-03-01 · How long · p. 3"]
    assert title["elements"][1]["url"].endswith("#quote")
    assert quote == {
        "type": "rich_text_quote",
        "elements": [{"type": "text", "text": "“Leave is *20* weeks & <paid>.”"}],
    }


def test_chinese_has_no_gaps_between_sentences_and_says_its_words_in_chinese() -> None:
    answer = answered(
        [sentence("员工每年享有十五天年假。", 1), sentence("**未休的**年假作废。", 1, support="partial")],
        [cited(1, "员工每年享有十五天年假。", "年假须知", page=2)],
        language="zh",
        mode="extractive",
        outcome="partial",
    )
    told = said(RENDERING.messages(answer))
    assert told.startswith("员工每年享有十五天年假。[1]**未休的**年假作废。（引文只能部分支持这句话）[1]")
    assert "以下为文章原文摘录" in told
    assert "来源[1] 年假须知 · 2024-03-01 · 第2页“员工每年享有十五天年假。”" in told


@pytest.mark.parametrize(("support", "words_"), [("partial", "only in part"), ("unsupported", "no quote bears")])
def test_a_weak_sentence_is_marked_in_words_both_ways(support: str, words_: str) -> None:
    weak = sentence("It is paid.", 1, support=support)
    assert words_ in said(RENDERING.messages(answered([weak], [cited(1)])))
    assert words_ in RENDERING.spoken(weak, {1: cited(1)}, "en")
    assert words_ not in RENDERING.spoken(sentence("It is paid.", 1), {1: cited(1)}, "en")


def test_a_conflict_names_both_dates_and_which_is_newer() -> None:
    told = said(
        RENDERING.messages(
            answered(
                [sentence("It is 20 weeks.", 1)],
                [cited(1, published_at="2023-01-05"), cited(2, published_at="2024-06-01")],
                conflicts=(Conflict((1, 2), 2, "number"),),
            )
        )
    )
    assert "[1] (2023-01-05) and [2] (2024-06-01) disagree. [2] is newer." in told


def test_a_conflict_without_dates_says_that_there_are_none() -> None:
    answer = answered(
        [sentence("二十周。", 1)],
        [cited(1, published_at=None), cited(2, published_at=None)],
        language="zh",
        conflicts=(Conflict((1, 2), None, "number"),),
    )
    assert "[1]（未注明日期）与 [2]（未注明日期）说法不一。" in said(RENDERING.messages(answer))
    assert "较新" not in said(RENDERING.messages(answer))


def test_what_declines_says_what_was_searched_and_links_the_nearest_articles() -> None:
    text = "The articles do not answer this. Articles searched: 9; passages looked at: 4."
    answer = answered(
        [],
        outcome="declined",
        mode="extractive",
        text=text,
        nearest=(
            Nearest("a", "Leave <!channel>", "2024-01-02T10:00:00", "/articles/a"),
            Nearest("b", "\n", None, "/articles/b"),
        ),
    )
    messages = RENDERING.messages(answer)
    assert said(messages) == f"{text}Nearest articles• Leave <!channel> · 2024-01-02• b"
    assert links(messages) == [("Leave <!channel>", f"{BASE}/articles/a"), ("b", f"{BASE}/articles/b")]
    assert "Quoted from the articles" not in said(messages)


def test_quotes_say_that_no_model_wrote_them_and_notices_take_its_place() -> None:
    one = [sentence("It is 20 weeks.", 1)]
    assert "no chat model was used" in said(RENDERING.messages(answered(one, [cited(1)], mode="extractive")))
    told = said(RENDERING.messages(answered(one, [cited(1)], mode="extractive", notices=("The model is down.",))))
    assert "The model is down." in told
    assert "no chat model was used" not in told


def test_without_an_address_of_the_service_nothing_is_a_link() -> None:
    messages = Rendering().messages(answered([sentence("It is 20 weeks.", 1)], [cited(1)]))
    assert links(messages) == []
    assert "It is 20 weeks. [1]" in said(messages)
    assert Rendering().spoken(sentence("It.", 1), {1: cited(1)}, "en") == "It. \\[1\\]"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_are_text_and_nothing_else(hostile: str) -> None:
    """In titles, quotes, sections and sentences: the only links are to the service, and nobody is mentioned."""
    answer = answered(
        [sentence(f"a {hostile} b", 1)],
        [cited(1, hostile, hostile, section=hostile)],
        missing=(hostile,),
        nearest=(Nearest("n", hostile, None, "/articles/n"),),
    )
    messages = RENDERING.messages(answer, BUTTONS)
    for block in messages[0].blocks:
        assert block["type"] in ("rich_text", "context_actions", "actions")
    assert {url.split("?")[0].rpartition("/")[0] for _, url in links(messages)} <= {f"{BASE}/articles"}
    assert {one["type"] for one in elements(messages)} == {"text", "link"}
    assert all(set(one) <= {"type", "text", "url", "style"} for one in elements(messages))
    assert "<" not in messages[0].text
    check_blocks([*messages[0].blocks])


def long_answer(sentences: int, length: int, citations: int, quote: int, language: str = "en") -> Any:
    word = "word " if language == "en" else "句子"
    texts = [(f"S{n} " + word * length)[:length].strip() + "." for n in range(sentences)]
    made = [sentence(text, *range(1, min(citations, 3) + 1)) for text in texts]
    return answered(made, [cited(n, "q" * quote, f"T{n}") for n in range(1, citations + 1)], language=language)


@settings(deadline=None, max_examples=50)
@given(
    st.integers(0, 60), st.integers(1, 2800), st.integers(0, 80), st.integers(0, 2000), st.sampled_from(["en", "zh"])
)
def test_no_message_passes_a_limit_and_none_loses_a_sentence(
    sentences: int, length: int, citations: int, quote: int, language: str
) -> None:
    answer = long_answer(sentences, length, citations, quote, language)
    messages = RENDERING.messages(answer, BUTTONS)
    told = [
        [e.get("text", "") for b in m.blocks if b["type"] == "rich_text" for s in b["elements"] for e in s["elements"]]
        for m in messages
    ]
    for one in answer.sentences:
        assert any(one.text in part for parts in told for part in parts), "a sentence was cut"
    assert sum(url.count("#quote") for _, url in links(messages)) == sum(
        len(s.citations) for s in answer.sentences
    ) + len(answer.citations)
    for message in messages:
        blocks = list(message.blocks)
        check_blocks(blocks)
        assert len(json.dumps(blocks, ensure_ascii=False).encode()) < 12_000
        assert 0 < len(message.text) <= MOST_TEXT
        for block in blocks:
            texts = [e.get("text", "") for s in block.get("elements", []) for e in s.get("elements", [])]
            assert len("".join(texts)) <= MOST_TEXT
    assert [b["type"] for b in messages[-1].blocks][-2:] == ["context_actions", "actions"]


def test_a_sentence_that_no_message_holds_is_cut_between_words() -> None:
    answer = answered([sentence("word " * 5000, 1)], [cited(1)])
    messages = RENDERING.messages(answer)
    assert len(messages) > 2
    assert all(len(json.dumps(m.blocks)) < MOST_BYTES for m in messages)
    assert said(messages).count("word") == 5000


def test_an_answer_of_nothing_is_a_message_all_the_same() -> None:
    (message,) = RENDERING.messages(answered([], outcome="declined", text="\u200b"))
    assert message.text == "…"


def test_what_blocks_say_is_there_as_text() -> None:
    answer = answered([sentence("Leave is 20 weeks.", 1)], [cited(1, "Leave is 20 weeks.")])
    (message,) = RENDERING.messages(answer, BUTTONS)
    assert message.plain.splitlines()[:2] == ["Leave is 20 weeks. [1]", "Sources"]
    assert "“Leave is 20 weeks.”" in message.plain


@settings(deadline=None)
@given(st.text(max_size=60))
def test_what_a_sentence_says_is_what_was_answered(text: str) -> None:
    messages = RENDERING.messages(answered([sentence(text, 1)], [cited(1)]))
    assert " ".join(words(text).split())[:20] in said(messages) or not text.isprintable()


@pytest.mark.parametrize("language", ["en", "zh", "de"])
def test_the_modal_keeps_slacks_limits(language: str) -> None:
    from tests.fakes.slack.rules import check_view

    view = controls.reason_modal(language, "x" * 2900)
    check_view(view)
    reasons = view["blocks"][0]["element"]["options"]
    assert len({one["text"]["text"] for one in reasons}) == 7
    assert all(len(one["text"]["text"]) <= 75 and len(one["value"]) <= 150 for one in reasons)
    check_blocks([*controls.below("ans_1", language, True), controls.again(7, language)])
