"""What examples/README.md promises, and the article that everything started from, with the real local model."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ingest.index import open_index
from ingest.job import Job, sources_of
from ingest.language import is_cjk
from service.answer import Answer, Question
from tests.fakes.library import Library

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SHARED = ROOT.parent / "shared"
SEED_ARTICLE = SHARED / "articles" / "618-live-streaming.txt"
SEED_QUESTIONS = SHARED / "eval" / "seed-questions.jsonl"
QUESTIONS = re.findall(r"^\| \d+ \| (.+?) \|", (EXAMPLES / "README.md").read_text("utf-8"), re.MULTILINE)
SEEDS: list[dict[str, Any]] = (
    [json.loads(line) for line in SEED_QUESTIONS.read_text("utf-8").splitlines()] if SEED_QUESTIONS.is_file() else []
)


@dataclass(frozen=True)
class Promise:
    """What an answer quotes, from where, and what it must not quote. Nothing quoted: it is declined."""

    quoted: tuple[str, ...] = ()
    articles: frozenset[str] = field(default_factory=frozenset)
    never: str | None = None


PROMISES = (
    Promise(
        ("traffic has peaked", "too many internet celebrities", "needs have changed"),
        frozenset({"live-streaming-618-2024"}),
    ),
    Promise(
        ("within 7 days", "within 15 days"),
        frozenset({"returns-customer-service-handbook", "live-commerce-order-terms"}),
    ),
    Promise(("The VPN client is now Passway 2.",), frozenset({"vpn-setup-2024"}), "The VPN client is GateLink 4."),
    Promise(("15 天",), frozenset({"nianjia-qingjia"})),
    Promise(
        ("The department head approves claims above CNY 3,000 and up to CNY 20,000.",), frozenset({"expenses-policy"})
    ),
    Promise(("第一季度直播订单的退货率为 31.4%",), frozenset({"zhibo-tuihuo-pinkong"})),
    Promise(("one hour",), frozenset({"laptop-and-security"})),
    Promise(("6 月 18 日，共发出 38.6 万件",), frozenset({"618-wuliu-2024"})),
    Promise(),
    Promise(),
)


def ingested(data: Path, source: Path) -> Library:
    library = Library(data, provider="local")
    index = open_index(library.settings, create=True)
    report = Job(index, library.settings).run(sources_of([source]))
    index.catalogue.close()
    assert report.failed == []
    return library


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """All example articles, ingested once."""
    return ingested(tmp_path_factory.mktemp("examples"), EXAMPLES / "articles")


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The one article."""
    return ingested(tmp_path_factory.mktemp("seed"), SEED_ARTICLE)


def test_every_question_of_the_table_has_its_promise() -> None:
    assert len(QUESTIONS) == len(PROMISES)


@pytest.mark.parametrize(
    ("question", "promise"),
    [pytest.param(q, p, id=str(i)) for i, (q, p) in enumerate(zip(QUESTIONS, PROMISES, strict=True), 1)],
)
async def test_an_example_question_is_answered_as_its_table_promises(
    examples: Library, question: str, promise: Promise
) -> None:
    answer = examples.hold(await examples.engine.answer(Question(question)))
    if not promise.quoted:
        assert answer.outcome == "declined"
        assert answer.nearest
        return
    assert answer.outcome == "answered"
    quotes = "\n".join(c.quote for c in answer.citations)
    assert all(text in quotes for text in promise.quoted), quotes
    assert promise.articles <= {c.article_id for c in answer.citations}
    assert promise.never is None or promise.never not in quotes


@pytest.mark.skipif(not SEEDS, reason="the article that everything started from is not beside this checkout")
@pytest.mark.parametrize("asked", SEEDS, ids=lambda asked: asked["id"])
async def test_a_question_over_the_first_article_is_answered_with_its_evidence_or_declined(
    seed: Library, asked: dict[str, Any]
) -> None:
    answer = seed.hold(await seed.engine.answer(Question(asked["question"])))
    if not asked["answerable"]:
        assert answer.outcome == "declined"
        assert answer.nearest
        return
    assert answer.outcome == "answered"
    assert answer.language == asked["lang"]
    assert _overlaps(seed, answer, [one["quote"] for one in asked["evidence"]])
    if is_cjk(asked["lang"]):
        assert all(s.text.startswith("《") and "写道（原文为英文）" in s.text for s in answer.sentences)


def _overlaps(library: Library, answer: Answer, golds: list[str]) -> bool:
    """Whether a citation shares characters of the article with a gold quote."""
    article = library.index.catalogue.article(answer.citations[0].article_id)
    assert article is not None
    for gold in golds:
        at = re.search(r"\s+".join(map(re.escape, gold.split())), article.text)
        assert at, f"the article has no {gold!r}"
        if any(c.start < at.end() and at.start() < c.end for c in answer.citations):
            return True
    return False
