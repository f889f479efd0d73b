"""`footnote eval`, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.index.owner import Owner
from tests.fakes.cross_encoder import write_cross_encoder
from tests.fakes.library import ARTICLES, ZH

FOOTNOTE = Path(sys.executable).with_name("footnote")
PASSAGE = "Managers approve a leave request within two days."
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "rate",
        "question": "What was the return rate of live orders?",
        "lang": "en",
        "corpus_lang": "en",
        "kind": "fact",
        "answers": ["31.4%"],
        "evidence": [{"doc_id": "live", "quote": "The return rate of live orders reached 31.4% in the first quarter."}],
    },
    {
        "id": "highest",
        "question": "哪个品类的退货率最高？",
        "lang": "zh",
        "corpus_lang": "zh",
        "kind": "fact",
        "answers": ["服装"],
        "evidence": [{"doc_id": "zh", "quote": "服装品类的退货率最高。"}],
    },
    {
        "id": "canteen",
        "question": "What does the canteen cook on Fridays?",
        "lang": "en",
        "kind": "none",
        "answerable": False,
    },
]
CLAIMS = [
    {"claim": f"Managers approve leave within {days} days.", "passage": PASSAGE, "supported": days == "two"}
    for days in ("two", "five")
]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FOOTNOTE, "eval", *arguments],
        cwd=folder,
        env={**os.environ, "FOOTNOTE_EMBEDDING__PROVIDER": "none"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Questions, claims, articles, and an index of these in `data`, with a report of the first run."""
    made = tmp_path_factory.mktemp("evaluated")
    lines(made / "articles.jsonl", [*ARTICLES, {"id": "zh", "title": "直播电商复盘", "text": ZH, "lang": "zh"}])
    lines(made / "shop.jsonl", QUESTIONS)
    lines(made / "claims.jsonl", CLAIMS)
    done = run(made, "shop.jsonl", "--articles", "articles.jsonl", "--data", "data", "--out", "first.json")
    assert done.returncode == 0, done.stderr
    return made


def test_a_report_has_figures_settings_and_a_row_a_question(folder: Path) -> None:
    report = json.loads((folder / "first.json").read_text("utf-8"))
    whole = report["cuts"][0]
    assert (whole["set"], whole["counts"]["questions"]) == ("shop", 3)
    assert whole["counts"]["outcomes"] == {"answered": 2, "declined": 1}
    for figure in ("doc MRR@10", "quote hits@1", "reference said", "citation recall", "declining recall"):
        assert whole["figures"][figure]["value"] == 1.0, figure
    assert whole["figures"]["sentences uncited"]["value"] == 0.0
    assert [row["id"] for row in report["rows"]] == ["rate", "highest", "canteen"]
    assert (report["settings"]["embedder"], report["settings"]["articles"]) == ("none", 3)
    assert report["made_by"].startswith("footnote eval shop.jsonl --articles articles.jsonl")
    assert report["errors"] == []


def test_tables_are_printed_and_the_run_is_written(folder: Path) -> None:
    done = run(folder, "shop.jsonl", "--data", "data", "--run", "run.jsonl", "--retrieval-only")
    assert done.returncode == 0
    assert "| shop | zh | zh | fact | quote | 1 | 1.000 |" in done.stdout
    assert "Declining" not in done.stdout
    assert "asking 3/3 questions" in done.stderr
    first, second, third = map(json.loads, (folder / "run.jsonl").read_text("utf-8").splitlines())
    assert [first["query_id"], second["query_id"], third["query_id"]] == ["rate", "highest", "canteen"]
    assert "31.4%" in first["ranked"][0]["text"]
    assert second["ranked"][0]["doc_id"] == "zh"


def test_questions_can_be_chosen(folder: Path) -> None:
    done = run(folder, "shop.jsonl", "--data", "data", "--kind", "fact", "--language", "zh", "--json")
    assert [row["id"] for row in json.loads(done.stdout)["rows"]] == ["highest"]
    done = run(folder, "shop.jsonl", "--data", "data", "--limit", "1", "--set", "mall", "--json")
    assert [row["set"] for row in json.loads(done.stdout)["rows"]] == ["mall"]
    done = run(folder, "shop.jsonl", "--data", "data", "--kind", "riddle")
    assert done.returncode == 1
    assert done.stderr == ("footnote: There is no question to ask: the files have none of that kind and language.\n")


def test_what_rose_and_fell_since_a_report(folder: Path) -> None:
    worse = json.loads((folder / "first.json").read_text("utf-8"))
    row = worse["rows"][0]
    row["answer"] |= {"outcome": "declined", "says": False, "covered": 0}
    row["ranking"] |= {"articles": [3], "relevant": [3]}
    (folder / "worse.json").write_text(json.dumps(worse), "utf-8")
    done = run(folder, "shop.jsonl", "--data", "data", "--compare", "worse.json")
    assert done.returncode == 0
    assert "3 questions in both reports; 0 in one of them alone." in done.stdout
    changed = "- rate (shop): declined → answered; says the reference now; cites the evidence now; "
    assert f"{changed}first article of the evidence at 3 → 1" in done.stdout
    same = json.loads(run(folder, "shop.jsonl", "--data", "data", "--compare", "first.json", "--json").stdout)
    assert (same["comparison"]["differences"], same["comparison"]["changed"]) == ([], [])


def test_without_a_folder_the_index_is_thrown_away(folder: Path, tmp_path: Path) -> None:
    done = run(tmp_path, str(folder / "shop.jsonl"), "--articles", str(folder / "articles.jsonl"), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["settings"]["articles"] == 3
    assert list(tmp_path.iterdir()) == []


def test_claims_are_scored_row_by_row(folder: Path) -> None:
    done = run(folder, "claims.jsonl", "--out", "claims.json")
    assert done.returncode == 0, done.stderr
    assert "| all | 2 | 1 | 1.000 | 1.000 |" in done.stdout
    rows = json.loads((folder / "claims.json").read_text("utf-8"))["rows"]
    assert [row["support"] for row in rows] == ["supported", "unsupported"]
    assert rows[0]["score"] > rows[1]["score"]


def test_a_configured_judge_is_measured_by_claims_too(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = ("entailment", "neutral", "contradiction")
    model = write_cross_encoder(tmp_path, [], (0.0, 0.0, 0.0), (9.0, 0.0, 0.0), labels=labels)
    free = {"claim": "Cyclists ride along gratis.", "passage": "Bicycles travel free of charge.", "supported": True}
    lines(folder / "free.jsonl", [free])
    before = json.loads(run(folder, "free.jsonl", "--json").stdout)["rows"]
    monkeypatch.setenv("FOOTNOTE_VERIFY__KIND", "onnx")
    monkeypatch.setenv("FOOTNOTE_VERIFY__PATH", str(model))
    after = json.loads(run(folder, "free.jsonl", "--json").stdout)["rows"]
    assert [row["support"] for row in before + after] == ["unsupported", "supported"]


def test_a_folder_that_another_process_has_is_named(folder: Path) -> None:
    with Owner(folder / "data", "footnote serve", "http://127.0.0.1:8123", "token"):
        done = run(folder, "shop.jsonl", "--data", "data")
    assert done.returncode == 1
    assert "belongs to the service at http://127.0.0.1:8123" in done.stderr
    assert "Stop the service first" in done.stderr
    with Owner(folder / "data", "footnote ingest"):
        done = run(folder, "shop.jsonl", "--data", "data")
    assert "is in use by footnote ingest" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none.jsonl"], 1, "none.jsonl cannot be read: No such file or directory."),
        (["bad.jsonl"], 1, "bad.jsonl, line 1: question has to be text that is not empty"),
        (["shop.jsonl", "claims.jsonl"], 1, "Questions and claims are measured apart"),
        (["claims.jsonl", "--run", "x"], 2, "claims are checked against their own passages"),
        (["shop.jsonl", "--compare", "shop.jsonl"], 1, "is not a report of this form"),
        (["shop.jsonl", "--compare", "a.json", "--out", "a.json"], 2, "would write over the report of before"),
        (["shop.jsonl", "--data", "nothing"], 1, "nothing"),
        (["shop.jsonl", "--articles", "missing"], 1, "There is no missing"),
        (["shop.jsonl", "--data", "data", "--out", "no/where.json"], 1, "no/where.json cannot be written"),
        (["shop.jsonl", "--data", "data", "--run", "no/where.jsonl"], 1, "no/where.jsonl cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, arguments: list[str], code: int, said: str) -> None:
    (folder / "bad.jsonl").write_text('{"id": "q"}\n', "utf-8")
    done = run(folder, *arguments)
    assert done.returncode == code, done.stderr
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""
