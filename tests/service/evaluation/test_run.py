"""Questions asked of a real index, in both languages, and what is kept of each."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.answer import Answer
from service.answering.engine import AnswerEngine, build_engine
from service.evaluation.figures import summed
from service.evaluation.questions import Asked, Evidence
from service.evaluation.report import cuts_of
from service.evaluation.results import Result
from service.evaluation.run import Evaluation, Outcome
from tests.fakes.library import ARTICLES, ZH, Library
from tests.fakes.openai_server import Says, running

RATE = "What was the return rate of live orders in the first quarter?"
SCORER = Path(__file__).resolve().parents[4] / "shared" / "eval" / "retrieval_eval.py"


def evidence(article: str, quote: str, group: str = "0") -> Evidence:
    return Evidence(article, quote, group)


QUESTIONS = [
    Asked(
        "rate",
        RATE,
        "en",
        "fact",
        evidence=(evidence("live", "The return rate of live orders reached 31.4% in the first quarter."),),
        answers=("31.4%",),
        corpus_language="en",
        set="shop",
    ),
    Asked(
        "leave",
        "After how many years do employees have 15 days of annual leave?",
        "en",
        "fact",
        evidence=(
            evidence("leave", "Employees have 15 days of annual leave after six years."),
            evidence("zh", "", "1"),
        ),
        answers=("six",),
        corpus_language="en",
        set="shop",
    ),
    Asked(
        "zh-rate",
        "哪个品类的退货率最高？",
        "zh",
        "fact",
        evidence=(evidence("zh", "服装品类的退货率最高。"),),
        answers=("服装",),
        corpus_language="zh",
        set="shop",
    ),
    Asked("canteen", "What does the canteen cook on Fridays?", "en", "none", False, world=("fish",), set="shop"),
    Asked("shi-tang", "食堂星期五做什么菜？", "zh", "none", False, set="shop"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    articles = [*ARTICLES, {"id": "zh", "title": "直播电商复盘", "text": ZH, "lang": "zh"}]
    return Library(tmp_path_factory.mktemp("eval") / "data", provider="none").ingest(articles)


@pytest.fixture(scope="module")
def outcomes(library: Library) -> dict[str, Outcome]:
    evaluation = Evaluation(library.engine, library.index.catalogue, ["public"])
    return {o.result.id: o for o in evaluation.run(QUESTIONS)}


def test_an_answer_is_compared_with_its_evidence_and_reference(outcomes: dict[str, Outcome]) -> None:
    for name in ("rate", "zh-rate"):
        result = outcomes[name].result
        assert result.ranking is not None
        assert (result.ranking.articles, result.ranking.of) == ((1,), 1)
        assert result.answer is not None
        assert (result.answer.outcome, result.answer.mode, result.answer.says) == ("answered", "extractive", True)
        assert (result.answer.groups, result.answer.covered) == (1, 1)
        assert result.answer.right >= 1
        assert (result.answer.broken, result.answer.uncited) == ((), 0)


def test_where_only_the_article_is_known_its_citations_are_neither_right_nor_wrong(
    outcomes: dict[str, Outcome],
) -> None:
    result = outcomes["leave"].result
    assert result.answer is not None
    assert result.ranking is not None
    assert len(result.ranking.articles) == 2
    assert len(result.ranking.quotes) == result.answer.groups == 1
    assert result.answer.compared <= result.answer.citations


def test_what_the_articles_do_not_answer_counts_for_declining(outcomes: dict[str, Outcome]) -> None:
    for name in ("canteen", "shi-tang"):
        result = outcomes[name].result
        assert result.ranking is None
        assert result.answer is not None
        assert result.answer.declined
        assert (result.answer.says, result.answer.sentences) == (None, 0)
    assert outcomes["canteen"].result.answer is not None
    assert outcomes["canteen"].result.answer.says_world is False
    figures = summed(o.result for o in outcomes.values())
    assert figures["declining precision"] == {"value": 1.0, "of": 2.0}
    assert figures["declining recall"] == {"value": 1.0, "of": 2.0}
    assert figures["answerable answered"]["value"] == 1.0
    assert figures["quotes exact"]["value"] == 1.0
    assert figures["sentences uncited"]["value"] == 0.0


def test_the_answers_own_search_is_what_is_ranked(library: Library, outcomes: dict[str, Outcome]) -> None:
    alone = Evaluation(library.engine, library.index.catalogue, ["public"], retrieval_only=True)
    for searched in alone.run(QUESTIONS):
        assert searched.result.answer is None
        assert searched.ranked == outcomes[searched.result.id].ranked
        assert searched.result.ranking == outcomes[searched.result.id].result.ranking


def test_a_question_that_fails_is_told_and_not_found(library: Library) -> None:
    too_long = replace(QUESTIONS[0], id="long", text="why " * 2000)
    long, short = Evaluation(library.engine, library.index.catalogue, ["public"]).run([too_long, QUESTIONS[0]])
    assert long.result.error
    assert long.result.answer is None
    assert long.result.ranking is not None
    assert long.result.ranking.articles == (None,)
    assert short.result.error is None


class _Misquoting(AnswerEngine):
    """An engine whose citations are one character off, and whose sentences have lost their numbers."""

    async def answer(self, question: Any) -> Answer:
        answer = await super().answer(question)
        return replace(
            answer,
            citations=tuple(replace(c, start=c.start + 1) for c in answer.citations),
            sentences=tuple(replace(s, citations=()) for s in answer.sentences),
        )


def test_a_quote_that_is_not_its_articles_text_is_an_error(library: Library) -> None:
    from service.retrieval.search import Retriever

    engine = _Misquoting(Retriever(library.index), library.index, [], library.settings)
    (outcome,) = Evaluation(engine, library.index.catalogue, ["public"]).run(QUESTIONS[:1])
    judged = outcome.result.answer
    assert judged is not None
    assert len(judged.broken) == judged.citations >= 1
    assert "of version 1 of live say" in judged.broken[0]
    assert judged.uncited == judged.sentences
    assert summed([outcome.result])["quotes exact"]["value"] == 0.0


def test_every_set_language_and_kind_has_its_figures_once(outcomes: dict[str, Outcome]) -> None:
    cuts = list(cuts_of([o.result for o in outcomes.values()]))
    named = [(c.set, c.language, c.corpus_language, c.kind, c.counts["questions"]) for c in cuts]
    assert named[0] == ("shop", None, None, None, 5)
    assert ("shop", "en", "en", "fact", 2) in named
    assert ("shop", "zh", "zh", "fact", 1) in named
    assert ("shop", None, "", "none", 2) in named
    assert len(set(named)) == len(named)


@pytest.mark.skipif(not SCORER.exists(), reason="the reference scorer is not here")
def test_retrieval_figures_equal_those_of_the_reference_scorer(tmp_path: Path, outcomes: dict[str, Outcome]) -> None:
    run, queries, figures = tmp_path / "run.jsonl", tmp_path / "queries.jsonl", tmp_path / "figures.json"
    run.write_text("".join(json.dumps(o.as_run()) + "\n" for o in outcomes.values()), "utf-8")
    queries.write_text("".join(json.dumps(_plain(q)) + "\n" for q in QUESTIONS), "utf-8")
    subprocess.run(
        [sys.executable, SCORER, "--run", run, "--queries", queries, "--json", figures], check=True, capture_output=True
    )
    results = [o.result for o in outcomes.values()]
    reference = json.loads(figures.read_text("utf-8"))
    assert {"all/doc", "all/quote", "kind=fact/quote", "lang=zh/doc"} <= reference.keys()
    for name, wanted in reference.items():
        cut, level = name.rsplit("/", 1)
        of = summed(r for r in results if _in(r, cut))
        ours = {n.removeprefix(f"{level} "): f for n, f in of.items() if n.startswith(f"{level} ")}
        assert ours["hits@1"]["of"] == wanted.pop("n")
        assert {n: f["value"] for n, f in ours.items()} == pytest.approx(wanted, abs=1e-9)


def _in(result: Result, cut: str) -> bool:
    field, _, value = cut.partition("=")
    return field == "all" or {"kind": result.kind, "lang": result.language}[field] == value


def _plain(asked: Asked) -> dict[str, Any]:
    return {
        "id": asked.id,
        "lang": asked.language,
        "kind": asked.kind,
        "answerable": asked.answerable,
        "evidence": [{"doc_id": e.article_id, "quote": e.quote, "group": e.group} for e in asked.evidence],
    }


def test_without_verification_what_no_source_bears_stays_and_is_counted(tmp_path: Path) -> None:
    written = ["The return rate of live orders reached 31.4%. [1] ", "The board bought nine zeppelins in Oslo. [1]"]
    with running() as chat:
        chat.will(Says(written))
        library = Library(tmp_path / "data", provider="none", chat=chat.url).ingest(ARTICLES)
        kept, left_out = (
            next(
                Evaluation(
                    build_engine(library.settings, library.index, keep_unsupported=keep),
                    library.index.catalogue,
                    ["public"],
                ).run(QUESTIONS[:1])
            ).result.answer
            for keep in (True, False)
        )
    assert kept is not None
    assert left_out is not None
    assert (kept.mode, kept.sentences, kept.supported, kept.unsupported) == ("generative", 2, 1, 1)
    assert "zeppelins" in kept.text
    assert (left_out.sentences, left_out.supported, left_out.unsupported) == (1, 1, 0)
    assert "zeppelins" not in left_out.text
    assert left_out.tokens["completion"] > 0
