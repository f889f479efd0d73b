"""One question that asks several things at once, over real indexes with the embedder that ships."""

from __future__ import annotations

import pytest

from service.answer import Question
from tests.fakes.library import Library

ARTICLES = [
    {
        "id": "kunshan",
        "title": "The Kunshan warehouse",
        "lang": "en",
        "text": "The Kunshan warehouse shipped 38,600 parcels in June. It has 210 staff and opened in 2019.",
    },
    {
        "id": "dongguan",
        "title": "The Dongguan warehouse",
        "lang": "en",
        "text": "The Dongguan warehouse shipped 27,100 parcels in June. Its roof was repaired in May.",
    },
    {"id": "canteen", "title": "The canteen", "lang": "en", "text": "Lunch is served from eleven to half past one."},
    {
        "id": "yizhuang",
        "title": "亦庄仓库",
        "lang": "zh",
        "text": "亦庄仓库六月共发出 1.2 万件包裹。亦庄仓库有员工 85 人。",
    },
    {"id": "jiaxing", "title": "嘉兴仓库", "lang": "zh", "text": "嘉兴仓库六月共发出 4.4 万件包裹。嘉兴仓库去年扩建。"},
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("library"), provider="local").ingest(ARTICLES)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("How do the parcels of Kunshan and Dongguan in June compare?", ("38,600", "27,100")),
        ("How many staff has the Kunshan warehouse, and when is lunch served?", ("210 staff", "from eleven")),
        ("亦庄和嘉兴六月分别发出多少件包裹？", ("1.2 万件", "4.4 万件")),
    ],
)
async def test_each_question_is_answered_from_its_own_article(
    library: Library, question: str, quoted: tuple[str, ...]
) -> None:
    answer = library.hold(await library.engine.answer(Question(question)))
    assert answer.outcome == "answered"
    assert [part for part in quoted if not any(part in c.quote for c in answer.citations)] == []


@pytest.mark.parametrize(
    ("question", "quoted", "named"),
    [
        ("How many staff has the Kunshan warehouse, and who designed the Sydney opera house?", "210 staff", "opera"),
        ("亦庄仓库有多少员工？谁设计了悉尼歌剧院？", "85 人", "歌剧院"),
    ],
)
async def test_a_question_that_no_article_answers_is_named_as_missing(
    library: Library, question: str, quoted: str, named: str
) -> None:
    answer = library.hold(await library.engine.answer(Question(question)))
    assert answer.outcome == "partial"
    assert any(quoted in c.quote for c in answer.citations)
    assert len(answer.missing) == 1
    assert named in answer.missing[0]


@pytest.mark.parametrize(
    "question",
    [
        "Who designed the Sydney opera house, and when did Mozart write Don Giovanni?",
        "谁设计了悉尼歌剧院？谁写了《红楼梦》？",
    ],
)
async def test_questions_that_no_article_answers_are_declined_together(library: Library, question: str) -> None:
    answer = library.hold(await library.engine.answer(Question(question)))
    assert answer.outcome == "declined"
    assert answer.citations == ()
