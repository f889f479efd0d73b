"""The page of figures, made of reports that are written here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.quality import command_of, first_of_each, page, read_any
from benchmarks.quality_sets import SETS
from benchmarks.quality_tables import bars, declining, side_by_side
from benchmarks.references import BARS, BM25
from service.evaluation.claims import ClaimResult, claim_report
from service.evaluation.report import Report, report_of
from service.evaluation.results import Judged, Ranking, Result

ANSWERED = Judged("answered", "extractive", "It did. [1]", 0.8, True, None, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, (), 0)
DECLINED = Judged("declined", "extractive", "No.", 0.2, None, None, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (), 0)
EXTRACTS = {"version": "0", "models": [], "verification": True}


def row(name: str, number: int, answerable: bool = True, answer: Judged = ANSWERED, language: str = "en") -> Result:
    ranking = Ranking((1,), (1,), 1, (2,)) if answerable else None
    kind = "answerable" if answerable else "unanswerable"
    return Result(f"q{number}", name, language, "en", kind, "Did it?", answerable, 0.5, ranking, answer)


def squad(**settings: object) -> Report:
    rows = [row("squad2", 1), row("squad2", 2, False, DECLINED), row("squad2", 3, False, ANSWERED)]
    return report_of(rows, "footnote eval squad2/queries.jsonl.gz --out here.json", {**EXTRACTS, **settings})


def test_every_place_in_the_words_is_filled() -> None:
    claims = claim_report([ClaimResult("c", "wice", "en", True, "supported", 0.9, 0.001)], "footnote eval claims.jsonl")
    made = page([squad()], [claims])
    assert made.startswith("# Quality\n")
    assert "{{" not in made
    assert "| squad2 | en | en | all | doc | 1 | Footnote | 1.000 |" in made
    assert "|  |  |  |  |  |  | BM25 | 0.780 | 0.947 |" in made
    assert "| wice | 1 | 1 | - | 0.763 |" in made
    assert "Not measured in this run." in made  # nothing was answered in two ways
    assert "footnote eval squad2/queries.jsonl.gz\nfootnote eval claims.jsonl" in made
    assert "here.json" not in made


def test_where_reports_and_indexes_are_is_nobodys_business() -> None:
    given = "footnote eval 'my questions.jsonl' --data /srv/data --set a --out=/tmp/x.json --compare old.json --json"
    assert command_of(given) == "footnote eval 'my questions.jsonl' --set a --json"


def test_sets_are_decided_together_and_by_language() -> None:
    realtime = report_of([row("realtimeqa_news", 1, False, DECLINED, "zh"), row("realtimeqa_news", 2)], "x", EXTRACTS)
    made = declining([squad(), realtime]).splitlines()
    cells = {tuple(line.split(" | ")[:2]): line.split(" | ")[2:7] for line in made}
    assert cells["| together", "all"] == ["2", "3", "1.000", "0.667", "1.000"]
    assert cells["| together", "zh"][:2] == ["0", "1"]


def test_ways_of_answering_are_compared_over_the_questions_that_all_answered() -> None:
    written = replace(squad(models=["scribe"], verification=False), rows=squad().rows[:2])
    shown = side_by_side([squad(), written]).splitlines()
    assert [line.split(" | ")[:4] for line in shown[2:]] == [
        ["| squad2", "extracts", "yes", "2"],
        ["| squad2", "scribe", "no", "2"],
    ]
    assert side_by_side([squad()]) == ""
    assert first_of_each([written, squad()]) == [squad()]


def test_a_bar_is_reached_or_short() -> None:
    names = {one.name for one in SETS}
    assert {name for name, *_ in BARS} <= names
    assert {name for name, *_ in BM25} <= names
    reports = [report_of([row("scifact", 1)], "x", EXTRACTS)]
    lines = {line.split(" | ")[0]: line for line in bars(reports).splitlines()}
    assert lines["| scifact"].endswith("| 0.720 | 1.000 | 0.694 | reached |")
    assert lines["| multihop_snippets"].endswith("| 0.800 | - | 0.664 | - |")
    far = replace(row("scifact", 1), ranking=Ranking((None,), (), 1, ()))
    assert "short by 0.720" in bars([report_of([far], "x", EXTRACTS)])


def test_reports_of_questions_and_of_claims_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(squad().as_json()), "utf-8")
    assert isinstance(read_any(path), Report)
    claims = claim_report([ClaimResult("c", "wice", "en", True, "supported", 0.9, 0.001)], "x")
    path.write_text(json.dumps(claims.as_json()), "utf-8")
    assert read_any(path) == claims


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.name)
def test_a_set_is_named_so_that_its_reference_is_found(one: object) -> None:
    given = one.arguments()  # type: ignore[attr-defined]
    assert given[0] == "eval"
    assert ("--set" in given) == ("--articles" in given)
