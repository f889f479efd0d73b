"""A section that is asked for by its name and its article's is quoted, whatever words it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.index import open_index
from ingest.job import Job
from ingest.sources.folder import FolderSource
from service.answer import Answer, Question
from service.answering.engine import build_engine
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
POLICY = """# Travel policy

Everyone travels second class.

## Deadlines

- Claims are due within a month. Nothing is paid after that.

## Approvals

The line manager approves claims.

## Empty
"""
CHINESE = "# 差旅制度\n\n出差请坐二等座。\n\n## 期限\n\n请在次月之内提交。逾期不付。\n"
OTHER = "# Travel policy\n\n## Deadlines\n\nThe board alone knows of these deadlines.\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("sections")
    made = Settings(data=folder / "data", embedding={"provider": "hashing"})
    for name, text, groups in (("a", POLICY, ()), ("b", CHINESE, ()), ("c", OTHER, ("board",))):
        (folder / name).mkdir()
        (folder / name / f"{name}.md").write_text(text, "utf-8")
        index = open_index(made, create=True)
        assert Job(index, made).run([FolderSource(folder / name, groups)]).failed == []
        index.catalogue.close()
    return made


async def asked(settings: Settings, question: str) -> Answer:
    index = open_index(settings)
    try:
        return await build_engine(settings, index).answer(Question(question, groups=("public",)))
    finally:
        index.catalogue.close()


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What does “Travel policy” say about “Deadlines”?", "Claims are due within a month."),
        ('what does "travel policy" say about "deadlines"', "Claims are due within a month."),
        ("《差旅制度》中“期限”部分是怎么说的？", "请在次月之内提交。"),
    ],
)
async def test_a_section_is_quoted_by_its_name(settings: Settings, question: str, says: str) -> None:
    answer = await asked(settings, question)
    assert answer.outcome == "answered"
    assert answer.sentences[0].text == says
    assert {one.section for one in answer.citations} == {"Deadlines" if says[0] == "C" else "期限"}


async def test_a_section_with_nothing_in_it_or_of_others_is_not_made_up(settings: Settings) -> None:
    for question in ("What does “Travel policy” say about “Empty”?", "What does “Travel policy” say about “Fares”?"):
        answer = await asked(settings, question)
        assert "The board alone" not in answer.text
        assert not {one.section for one in answer.citations} & {"Empty", "Fares"}


async def test_every_question_that_is_suggested_is_answered(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", embedding={"provider": "hashing"})
    index = open_index(settings, create=True)
    Job(index, settings).run([FolderSource(ROOT / "examples/articles")])
    engine = build_engine(settings, index)
    suggested: set[str] = set()
    for question in (
        "Why is live streaming invisible this 618?",
        "Who approves an expense claim of CNY 8,000?",
        "Which VPN client do I install?",
        "How many days do customers have to return a live-stream purchase?",
        "直播订单的退货率是多少？",
    ):
        suggested |= set((await engine.answer(Question(question, groups=("public",)))).follow_ups)
    assert len(suggested) >= 9
    answers = [await engine.answer(Question(one, groups=("public",))) for one in suggested]
    index.catalogue.close()
    assert [one.question for one in answers if one.outcome != "answered"] == []
    assert [one.question for one in answers if f"“{one.citations[0].section}”" not in one.question] == []
