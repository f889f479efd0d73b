"""Articles that disagree are both shown, with their dates; articles that do not are left in peace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.answer import Answer, Question
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import FakeOpenAI, Says, running

HANDBOOK = "A customer may return a live-stream purchase within 7 days of delivery."
TERMS = "A customer may return a live-stream purchase within 15 days of delivery."
ASKED = "How many days do customers have to return a live-stream purchase?"


def article(id: str, text: str, date: str | None = None, title: str | None = None, lang: str = "en") -> dict[str, Any]:
    return {"id": id, "title": title or id.title(), "text": text, "published_at": date, "lang": lang}


BOTH = [article("handbook", HANDBOOK, "2024-03-11"), article("terms", TERMS, "2024-04-22")]


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


async def answered(data: Path, articles: list[dict[str, Any]], question: str, **settings: Any) -> Answer:
    library = Library(data, **settings).ingest([*ARTICLES, *articles])
    return library.hold(await library.engine.answer(Question(question)))


def shown(answer: Answer) -> list[str]:
    (conflict,) = answer.conflicts
    return [answer.citations[n - 1].article_id for n in conflict.citations]


async def test_both_sides_and_their_dates_are_shown_and_the_newer_is_named(tmp_path: Path) -> None:
    answer = await answered(tmp_path, BOTH, ASKED)
    assert sorted(shown(answer)) == ["handbook", "terms"]
    (conflict,) = answer.conflicts
    assert conflict.newer is not None
    assert answer.citations[conflict.newer - 1].article_id == "terms"
    assert conflict.about == "A customer may return a live-stream purchase within … days of delivery"
    for needed in ("7 days", "15 days", "2024-03-11", "2024-04-22"):
        assert needed in answer.text


async def test_the_side_a_model_left_out_is_added(tmp_path: Path, model: FakeOpenAI) -> None:
    model.will(Says([f"{HANDBOOK} [1] {HANDBOOK} [2]"]))
    answer = await answered(tmp_path, BOTH, ASKED, chat=model.url)
    assert answer.mode == "generative"
    assert sorted(shown(answer)) == ["handbook", "terms"]
    assert "“Terms” (2024-04-22) says otherwise" in answer.text


async def test_without_dates_neither_is_newer(tmp_path: Path) -> None:
    (conflict,) = (await answered(tmp_path, [article("a", HANDBOOK), article("b", TERMS)], ASKED)).conflicts
    assert conflict.newer is None


async def test_chinese_articles_disagree_in_chinese(tmp_path: Path) -> None:
    one = article("shouce", "顾客可以在签收后 7 天内退回直播间购买的商品。", "2024-03-11", "客服手册", "zh")
    other = article("tiaokuan", "顾客可以在签收后 15 天内退回直播间购买的商品。", "2024-04-22", "直播条款", "zh")
    answer = await answered(tmp_path, [one, other], "直播间购买的商品几天内可以退回？")
    assert sorted(shown(answer)) == ["shouce", "tiaokuan"]
    assert "说法不" in answer.text
    assert "2024-03-11" in answer.text


@pytest.mark.slow
async def test_an_english_and_a_chinese_article_disagree(tmp_path: Path) -> None:
    chinese = article("tiaokuan", "顾客可以在签收后 15 天内退回在直播间购买的商品。", "2024-04-22", "直播条款", "zh")
    answer = await answered(tmp_path, [BOTH[0], chinese], ASKED, provider="local")
    assert sorted(shown(answer)) == ["handbook", "tiaokuan"]


@pytest.mark.parametrize(
    ("one", "other", "question"),
    [
        (  # another year, by the sentence
            article("a", "Sales of the shop reached 5 million euros in 2021."),
            article("b", "Sales of the shop reached 7 million euros in 2022."),
            "What did sales of the shop reach?",
        ),
        (  # another year, by the title
            article("a", "The warehouse shipped 210,000 parcels on the busiest day.", title="Peak plan 2021"),
            article("b", "The warehouse shipped 386,000 parcels on the busiest day.", title="Review of 2024"),
            "How many parcels were shipped by the warehouse on the busiest day?",
        ),
        (  # another year, by the words and the date
            article("a", "Sales of the shop reached 5 million euros this year.", "2021-12-01"),
            article("b", "Sales of the shop reached 7 million euros this year.", "2022-12-01"),
            "What did sales of the shop reach?",
        ),
        (  # another country
            article("a", "The shop in Germany sells 300 sofas in spring."),
            article("b", "The shop in France sells 500 sofas in spring."),
            "How many sofas does the shop in Germany sell in spring?",
        ),
        (  # another product, by the title
            article("a", "The warranty covers all parts for two years.", title="Sofas"),
            article("b", "The warranty covers all parts for five years.", title="Lamps"),
            "How long is the warranty on lamps and all their parts?",
        ),
        (  # a newer edition
            article("a", "The connection to the office closes after 30 minutes.", "2022-02-14", "Network guide (2022)"),
            article("b", "The connection to the office closes after 12 minutes.", "2024-01-22", "Network guide (2024)"),
            "After how many minutes does the connection to the office close?",
        ),
        (  # one that says it replaces the other
            article("a", "The connection to the office closes after 30 minutes.", "2022-02-14", "Old network rules"),
            article(
                "b",
                "This page replaces the old network rules.\n\nThe connection to the office closes after 12 minutes.",
                "2024-01-22",
            ),
            "After how many minutes does the connection to the office close?",
        ),
        (  # the same, in other words
            article("a", "A customer may return a live-stream purchase within seven days of delivery."),
            article("b", HANDBOOK),
            ASKED,
        ),
    ],
    ids=["year", "title", "this-year", "country", "product", "edition", "replaces", "same"],
)
async def test_no_conflict_is_announced_where_there_is_none(
    tmp_path: Path, one: dict[str, Any], other: dict[str, Any], question: str
) -> None:
    answer = await answered(tmp_path, [one, other], question)
    assert answer.sentences, "an answer that says nothing disagrees with nothing"
    assert answer.conflicts == ()
    assert "disagree" not in answer.text
