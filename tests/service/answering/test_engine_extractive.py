"""The engine without a chat model: quotes, or a refusal that says what was searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts import phrase
from service.answer import Completed, Failed, Question, Settled, Sources, Started
from service.errors import IndexUnavailable, QuestionRejected
from tests.fakes.library import ARTICLES, ZH, Library

BOTH = [*ARTICLES, {"id": "zh", "title": "直播电商复盘", "text": ZH, "lang": "zh"}]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("library")).ingest(BOTH)


@pytest.fixture(scope="module")
def keywords_alone(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("library"), provider="none").ingest(BOTH)


async def test_an_answer_is_made_of_exact_quotes(library: Library) -> None:
    answer = library.hold(await library.engine.answer(Question("What was the return rate of live orders?")))
    assert (answer.outcome, answer.mode, answer.language) == ("answered", "extractive", "en")
    assert answer.citations[0].quote == "The return rate of live orders reached 31.4% in the first quarter."
    assert [s.text for s in answer.sentences] == [c.quote for c in answer.citations]
    assert answer.receipt.model is None
    assert answer.receipt.prompt is None
    assert answer.receipt.retrieved
    assert set(answer.receipt.timings_ms) == {"search", "extract", "conflicts"}


async def test_a_chinese_question_is_answered_in_chinese(library: Library) -> None:
    answer = library.hold(await library.engine.answer(Question("直播电商的退货率是多少？")))
    assert answer.language == "zh"
    assert answer.citations[0].quote == "直播电商的退货率在第一季度达到 31.4%。"
    assert answer.text.startswith("直播电商的退货率在第一季度达到 31.4%。[1]")


async def test_events_come_in_order_and_add_up_to_the_answer(library: Library) -> None:
    events = [e async for e in library.engine.stream(Question("What was the return rate of live orders?"))]
    started, sources, *settled, completed = events
    assert isinstance(started, Started)
    assert isinstance(sources, Sources)
    assert isinstance(completed, Completed)
    assert completed.answer.id == started.answer_id
    sentences = [e for e in settled if isinstance(e, Settled)]
    assert len(sentences) == len(settled)
    assert tuple(e.sentence for e in sentences) == completed.answer.sentences
    assert tuple(c for e in sentences for c in e.citations) == completed.answer.citations
    assert {c.article_id for c in completed.answer.citations} <= {s.article_id for s in sources.sources}


async def test_never_more_sentences_than_the_setting_says(tmp_path: Path) -> None:
    library = Library(tmp_path, answer_settings={"sentences": 1}).ingest(ARTICLES)
    answer = library.hold(await library.engine.answer(Question("Why is live streaming invisible this 618?")))
    assert len(answer.sentences) == 1


async def test_an_empty_index_declines_and_says_that_it_is_empty(tmp_path: Path) -> None:
    library = Library(tmp_path).ingest([])
    for language in ("en", "zh"):
        answer = library.hold(await library.engine.answer(Question("Why is 618 so quiet?", language=language)))
        assert (answer.outcome, answer.text) == ("declined", phrase("declined_empty", language))
        assert answer.nearest == ()


async def test_without_an_index_there_is_no_answer_but_a_sentence(tmp_path: Path) -> None:
    library = Library(tmp_path / "none")
    with pytest.raises(IndexUnavailable, match="There is no index"):
        _ = library.index


@pytest.mark.parametrize(
    "question",
    ["What does the canteen cook on Fridays?", "Which zebra won the 2024 regatta?", "公司食堂星期五做什么菜？"],
)
async def test_what_no_article_tells_is_declined_with_the_nearest(keywords_alone: Library, question: str) -> None:
    answer = keywords_alone.hold(await keywords_alone.engine.answer(Question(question)))
    assert answer.outcome == "declined"
    assert answer.citations == ()
    assert len(answer.nearest) <= 3
    catalogue = keywords_alone.index.catalogue
    assert all(catalogue.article(n.article_id) is not None for n in answer.nearest)


async def test_a_year_that_nobody_wrote_about_is_declined(library: Library) -> None:
    known = await library.engine.answer(Question("What was the return rate of live orders in 2024?"))
    unknown = await library.engine.answer(Question("What was the return rate of live orders in 2031?"))
    assert (known.outcome, unknown.outcome) == ("answered", "declined")
    assert "live" in [n.article_id for n in unknown.nearest]


async def test_keywords_alone_decline_what_is_only_told_in_another_language(tmp_path: Path) -> None:
    library = Library(tmp_path, provider="none").ingest(ARTICLES)
    answer = library.hold(await library.engine.answer(Question("直播订单的退货率是多少？")))
    assert (answer.outcome, answer.language) == ("declined", "zh")


async def test_a_group_decides_which_articles_exist(tmp_path: Path) -> None:
    secret = {"id": "board", "title": "Minutes", "text": "The board bought a zeppelin.", "groups": ["board"]}
    library = Library(tmp_path).ingest([*ARTICLES, secret])
    engine, asked = library.engine, "Who bought a zeppelin?"
    told = library.hold(await engine.answer(Question(asked, groups=("public", "board"))))
    assert told.citations[0].quote == "The board bought a zeppelin."
    outside = library.hold(await engine.answer(Question(asked)))
    assert outside.outcome == "declined"
    assert "board" not in [n.article_id for n in outside.nearest]
    assert "The board" not in outside.text
    assert all(r.article_id != "board" for r in outside.receipt.retrieved)


@pytest.mark.parametrize(
    ("question", "key", "language"),
    [
        ("", "question_empty", "en"),
        ("😀😀", "question_wordless", "en"),
        ("why\x00", "question_control", "en"),
        ("为什么\udcff", "question_control", "zh"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_the_questions_language(
    library: Library, question: str, key: str, language: str
) -> None:
    with pytest.raises(QuestionRejected, match=phrase(key, language)):
        await library.engine.answer(Question(question))
    events = [e async for e in library.engine.stream(Question(question))]
    assert events == [Failed("The question cannot be asked", phrase(key, language), 422)]
    with pytest.raises(QuestionRejected):
        await library.engine.search(question, ["public"], 5)


async def test_the_byline_answers_who_wrote_it(tmp_path: Path) -> None:
    library = Library(tmp_path).ingest(ARTICLES[:1])
    answer = library.hold(await library.engine.answer(Question("Who wrote the article?")))
    assert [c.quote for c in answer.citations] == ["Reported by Mara Lindqvist for the retail desk."]
