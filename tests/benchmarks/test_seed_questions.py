"""The seed questions' benchmark, run as it is run by hand, over an article made up here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.questions import Asked, Evidence
from benchmarks.running import Footnote
from benchmarks.seed_questions import broken_quotes, gold_spans, spans_of
from tests.fakes.library import Library
from tests.fakes.openai_server import Says, running

ROOT = Path(__file__).resolve().parents[2]
WAYS = ("cli", "http", "sse")

ARTICLE = """The harbour ferry leaves Holmsund at 06:40 on weekdays.

Bicycles travel free of charge on
the lower deck of the ferry.

Mooring fees for visiting boats are collected by the harbour warden.
"""
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "deck",
        "question": "Where do bicycles travel free of charge on the ferry?",
        "lang": "en",
        "answers": ["the Lower  Deck"],
        "evidence": [{"doc_id": "ferry", "quote": "on the lower deck of the ferry"}],
        "answerable": True,
    },
    {
        "id": "lighthouse",
        "question": "Who painted the lighthouse keeper's portrait in 1911?",
        "lang": "en",
        "answers": [],
        "evidence": [],
        "answerable": False,
    },
]
# What somebody's shell may hold: none of it may reach the commands, and each would change or stop them.
BY_ACCIDENT = {
    "FOOTNOTE_EMBEDDING__PROVIDER": "none such",
    "FOOTNOTE_DATA": "elsewhere",
    "FOOTNOTE_TYPO": "1",
    "OPENAI_API_KEY": "nobody's",
}


def run(folder: Path, *options: str) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    """Run the benchmark, in a folder that has a `.env` of somebody's, too; its output and its rows."""
    (folder / "ferry.txt").write_text(ARTICLE, "utf-8")
    (folder / "asked.jsonl").write_text("".join(json.dumps(q) + "\n" for q in QUESTIONS), "utf-8")
    (folder / ".env").write_text("FOOTNOTE_TYPO=1\n", "utf-8")
    module = [sys.executable, "-m", "benchmarks.seed_questions", "ferry.txt", "asked.jsonl"]
    process = subprocess.run(
        [*module, "--out", "rows.json", "--setting", "FOOTNOTE_EMBEDDING__PROVIDER=hashing", *options],
        cwd=folder,
        env={**os.environ, **BY_ACCIDENT, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert (folder / "rows.json").exists(), process.stderr
    return process, json.loads((folder / "rows.json").read_text("utf-8"))


def ferry(folder: Path) -> Footnote:
    """The command over an index of the article."""
    library = Library(folder / "data").ingest([{"id": "ferry", "title": "Ferry", "text": ARTICLE}])
    return Footnote(folder, library.data, {"FOOTNOTE_EMBEDDING__PROVIDER": "hashing"})


@pytest.mark.slow
def test_each_question_is_asked_in_each_way_and_nothing_set_by_accident_is_seen(tmp_path: Path) -> None:
    process, rows = run(tmp_path)
    assert process.returncode == 0, process.stderr
    lines = process.stdout.splitlines()
    assert lines[0] == "| id | language | way | mode | outcome | expected | gold cited | answer in | seconds |"
    assert [tuple(line.strip("| ").split(" | ")[:-1]) for line in lines[2:]] == [
        *(("deck", "en", way, "extractive", "answered", "answered", "yes", "yes") for way in WAYS),
        *(("lighthouse", "en", way, "extractive", "declined", "declined", "-", "-") for way in WAYS),
    ]
    assert [row["answer"]["receipt"]["notes"] for row in rows] == [[]] * 6  # no chat model was tried


def test_a_citation_that_is_not_the_articles_text_is_told(tmp_path: Path) -> None:
    with ferry(tmp_path).serving() as client:
        text = client.get("/v1/articles/ferry").json()["text"]
        start = text.index("Mooring")
        good = {
            "number": 1,
            "article_id": "ferry",
            "version": 1,
            "start": start,
            "end": len(text),
            "quote": text[start:],
        }
        moved = {**good, "number": 2, "start": start - 1}
        unversioned = {**good, "number": 3, "version": 99}
        answer = {"citations": [good, moved, unversioned]}
        told = broken_quotes(client, [{"id": "fees", "way": "cli", "answer": answer}])
    assert [sentence.split(" is not ")[0] for sentence in told] == [
        "fees by cli: citation [2]",
        "fees by cli: citation [3]",
    ]


def test_a_gold_quote_that_no_article_has_stops_the_run(tmp_path: Path) -> None:
    lost = Asked("lost", "?", evidence=(Evidence("ferry", "on the upper deck", "0"),))
    with pytest.raises(SystemExit, match="gold quote of lost stands in none of its articles: 'on the upper deck'"):
        gold_spans(ferry(tmp_path), [lost])


def test_a_quote_is_found_wherever_it_stands_and_however_it_is_spaced() -> None:
    text = "A b\n\nc. A  b c, and 直播 隐身。"
    assert [text[a:b] for a, b in spans_of("A b c", text)] == ["A b\n\nc", "A  b c"]
    assert [text[a:b] for a, b in spans_of(" 直播隐身", text)] == ["直播 隐身"]
    assert spans_of("a b c", text) == spans_of(" ", text) == []


@pytest.mark.slow
def test_a_chat_model_answers_when_it_is_named(tmp_path: Path) -> None:
    with running() as chat:
        chat.will(Says(["Bicycles travel free ", "on the lower deck. [1]"]))
        process, rows = run(tmp_path, "--chat-url", chat.url, "--chat-model", "scribe")
    assert process.returncode == 0, process.stderr
    assert [request["model"] for request in chat.requests] == ["scribe"] * 3
    assert [(row["mode"], row["gold cited"]) for row in rows[:3]] == [("generative", "yes")] * 3
    assert [row["way"] for row in rows[:3] if row["first"]] == ["sse"]
