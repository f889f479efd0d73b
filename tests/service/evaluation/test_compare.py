"""Two reports beside each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.evaluation.compare import compare
from service.evaluation.report import Report, read_report, report_of
from service.evaluation.results import Judged, Ranking, Result
from service.evaluation.rows import BadRows
from service.evaluation.tables import render_comparison, render_report

ANSWERED = Judged(
    "answered", "extractive", "It did. [1]", 0.8, True, None, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, (), 0, {"prompt": 3}
)
DECLINED = Judged("declined", "extractive", "No.", 0.2, False, None, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, (), 0)


def row(number: int, rank: int | None, answer: Judged = ANSWERED, kind: str = "fact") -> Result:
    ranking = Ranking((rank,), (rank,) if rank else (), 1, (rank,))
    return Result(f"q{number}", "shop", "en", "en", kind, f"Question {number}?", True, 0.5, ranking, answer)


def report(*rows: Result) -> Report:
    return report_of(rows, "footnote eval questions.jsonl", {"version": "0"})


def test_what_changed_everywhere_rose_and_is_listed() -> None:
    old = report(*(row(n, 2 if n % 2 else None, DECLINED) for n in range(40)))
    new = report(*(row(n, 1) for n in range(40)))
    comparison = compare(old, new)
    assert (comparison.paired, comparison.alone) == (40, 0)
    by_name = {d.figure: d for d in comparison.differences}
    first = by_name["doc hits@1"]
    assert (first.old, first.new, first.verdict) == (0.0, 1.0, "rose")
    reciprocal = by_name["doc MRR@10"]
    assert (reciprocal.old, reciprocal.new) == (0.25, 1.0)
    assert 0.5 < reciprocal.low < 0.75 < reciprocal.high < 1.0
    assert by_name["answerable answered"].verdict == "rose"
    assert comparison.changed[0].what == (
        "declined → answered",
        "says the reference now",
        "cites the evidence now",
        "first article of the evidence at - → 1",
    )
    back = {d.figure: d for d in compare(new, old).differences}
    assert back["doc hits@1"].verdict == "fell"
    shown = render_comparison(comparison, most=2)
    assert "40 questions in both reports; 0 in one of them alone." in shown
    assert "- and 38 more" in shown


def test_where_nothing_changed_it_is_said() -> None:
    same = report(*(row(n, 1) for n in range(4)))
    assert render_comparison(compare(same, same)).endswith("No figure is another than before.")


def test_one_question_among_many_is_no_rise() -> None:
    old = report(*(row(n, 1 if n else 2) for n in range(40)))
    new = report(*(row(n, 1) for n in range(40)))
    found = {d.figure: d for d in compare(old, new).differences}
    assert found["doc hits@1"].verdict == "same"
    assert found["doc hits@1"].low == 0.0 < found["doc hits@1"].high
    assert "answerable answered" not in found  # nothing changed
    assert compare(old, new) == compare(old, new)


def test_only_questions_of_both_are_compared_and_by_kind_too() -> None:
    old = report(row(1, 2), row(2, 2, kind="other"), row(3, 1))
    new = report(row(1, 1), row(2, 2, kind="other"), row(4, 1))
    comparison = compare(old, new)
    assert (comparison.paired, comparison.alone) == (2, 2)
    assert {d.cut[3] for d in comparison.differences} == {None, "fact"}


def test_a_report_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    import json

    made = report(row(1, 1), row(2, None, DECLINED), replace(row(3, 1), error="It broke off.", answer=None))
    path = tmp_path / "report.json"
    path.write_text(json.dumps(made.as_json()), "utf-8")
    read = read_report(path)
    assert read.rows == made.rows
    assert read.errors == ("q3: It broke off.",)
    assert compare(read, made).differences == ()
    path.write_text("{}", "utf-8")
    with pytest.raises(BadRows, match="is not a report of this form"):
        read_report(path)
    with pytest.raises(BadRows, match="cannot be read"):
        read_report(tmp_path / "none.json")


def test_a_report_is_shown_as_tables() -> None:
    shown = render_report(report(row(1, 1), row(2, None, DECLINED), replace(row(3, 1), error="It broke off.")))
    assert "| shop | en | en | fact | doc | 3 | 0.667 |" in shown
    assert "1 answered, 1 declined" not in shown  # the failed question still has its answer here
    assert "| shop | en | en | fact | 0.500 |" in shown  # the curve
    assert "- q3: It broke off." in shown
