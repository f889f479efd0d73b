"""Asks seed questions by the command line and over HTTP, and says how each answer and its quotes turned out.

    python -m benchmarks.seed_questions ARTICLES QUESTIONS.jsonl [--chat-url URL --chat-model NAME] \
        [--setting NAME=VALUE] … [--out FILE.json] [--data DIR]

Settings come from these options alone: neither FOOTNOTE_ and OPENAI_ variables nor a `.env` file are seen. Exits with 1
where a citation is not the exact text of its article, or where no answer came back.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote as quoted

import httpx

from benchmarks.questions import Asked, read_questions
from benchmarks.retrieval import table
from benchmarks.running import Footnote, Told, asked_by_cli, asked_for_events, asked_over_http

COLUMNS = ("id", "language", "way", "mode", "outcome", "expected", "gold cited", "answer in", "seconds")

Spans = Mapping[str, Sequence[tuple[int, int]]]


def spans_of(quote: str, text: str) -> list[tuple[int, int]]:
    """Every place of a quote in a text, whatever white space stands between their characters."""
    places = [i for i, c in enumerate(text) if not c.isspace()]
    squeezed, wanted = "".join(text[i] for i in places), "".join(quote.split())
    found = []
    at = squeezed.find(wanted) if wanted else -1
    while at >= 0:
        found.append((places[at], places[at + len(wanted) - 1] + 1))
        at = squeezed.find(wanted, at + 1)
    return found


def gold_spans(footnote: Footnote, questions: Sequence[Asked]) -> dict[str, Spans]:
    """For each question, where its gold quotes stand in the articles of its evidence.

    Raises:
        SystemExit: a gold quote stands in none of them, so that nothing could be said of the answers.
    """
    texts = {}
    for article in sorted({a for q in questions for a in q.article_ids}):
        run = footnote.run("articles", "show", article, "--json")
        if run.returncode:
            raise SystemExit(f"{run.stderr.strip()} It holds evidence of a question.")
        texts[article] = json.loads(run.stdout)["text"]
    gold: dict[str, Spans] = {}
    for question in questions:
        places = {a: {q: spans_of(q, texts[a]) for q in question.quotes} for a in question.article_ids}
        for quote in question.quotes:
            if not any(found[quote] for found in places.values()):
                raise SystemExit(f"A gold quote of {question.id} stands in none of its articles: {quote!r}.")
        gold[question.id] = {a: [s for spans in found.values() for s in spans] for a, found in places.items()}
    return gold


def row_of(question: Asked, way: str, told: Told, seconds: float, gold: Spans) -> dict[str, Any]:
    """What is reported of one answer; the table shows `COLUMNS` of it."""
    citations = told.answer.get("citations", ())
    wanted = [_folded(a) for a in question.answers]
    text = _folded(told.answer.get("text", ""))
    hit = any(c["start"] < end and start < c["end"] for c in citations for start, end in gold.get(c["article_id"], ()))
    return {
        "id": question.id,
        "language": question.language,
        "way": way,
        "mode": told.answer.get("mode", "-"),
        "outcome": told.answer.get("outcome", "failed"),
        "expected": "answered" if question.answerable else "declined",
        "gold cited": ("yes" if hit else "no") if question.quotes else "-",
        "answer in": ("yes" if any(w in text for w in wanted) else "no") if wanted else "-",
        "seconds": round(seconds, 3),
        "question": question.text,
        "first": told.first,
        "streamed": told.streamed,
        "failure": told.failure,
        "answer": told.answer,
    }


def broken_quotes(client: httpx.Client, rows: Sequence[dict[str, Any]]) -> list[str]:
    """A sentence for each citation that is not, to the character, what its article says there."""
    broken = []
    for row in rows:
        for c in row["answer"].get("citations", ()):
            path = f"/v1/articles/{quoted(c['article_id'], safe='')}"
            response = client.get(path, params={"version": c["version"]})
            if not response.is_success or response.json()["text"][c["start"] : c["end"]] != c["quote"]:
                place = f"characters {c['start']} to {c['end']} of version {c['version']} of {c['article_id']}"
                broken.append(f"{row['id']} by {row['way']}: citation [{c['number']}] is not {place}.")
    return broken


def measured(footnote: Footnote, questions: Sequence[Asked]) -> tuple[list[dict[str, Any]], list[str]]:
    """A row a question and way, in the order of the questions; and what is wrong with the citations."""
    gold = gold_spans(footnote, questions)
    rows = []

    def ask(way: str, put: Callable[[str], Told]) -> None:
        for question in questions:
            began = time.perf_counter()
            told = put(question.text)
            rows.append(row_of(question, way, told, time.perf_counter() - began, gold[question.id]))

    ask("cli", lambda text: asked_by_cli(footnote, text))
    with footnote.serving() as client:
        ask("http", lambda text: asked_over_http(client, text))
        ask("sse", lambda text: asked_for_events(client, text))
        broken = broken_quotes(client, rows)
    order = [q.id for q in questions]
    return sorted(rows, key=lambda row: order.index(row["id"])), broken


def main() -> None:
    """Ingest the articles, ask the questions, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, metavar="ARTICLES", help="what `footnote ingest` is to read")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS", help="questions as JSON Lines")
    parser.add_argument("--chat-url", help="an OpenAI-compatible endpoint, up to and with /v1; default: extracts")
    parser.add_argument("--chat-model", help="the name of its model")
    parser.add_argument(
        "--setting", action="append", type=_pair, default=[], metavar="NAME=VALUE", help="a setting of Footnote"
    )
    parser.add_argument("--out", type=Path, help="where to write the rows, whole answers among them, as JSON")
    parser.add_argument("--data", type=Path, help="keep the index here, to run again without embedding")
    options = parser.parse_args()
    if (options.chat_url is None) != (options.chat_model is None):
        parser.error("--chat-url and --chat-model belong together")
    settings = {}
    if options.chat_url:
        settings = {
            "FOOTNOTE_CHAT__BASE_URL": options.chat_url,
            "FOOTNOTE_CHAT__MODEL": options.chat_model,
            "FOOTNOTE_CHAT__TIMEOUT": "180",
            "FOOTNOTE_CHAT__CONTEXT_WINDOW": "8192",
        }
    settings |= dict(options.setting)
    questions = read_questions(options.questions)
    with TemporaryDirectory() as temporary:
        data = options.data.resolve() if options.data else Path(temporary) / "data"
        footnote = Footnote(Path(temporary), data, settings)
        run = footnote.run("ingest", str(options.articles.resolve()))
        if run.returncode:
            raise SystemExit(run.stderr.strip())
        rows, wrong = measured(footnote, questions)
    print(table([{name: row[name] for name in COLUMNS} for row in rows]))
    if options.out:
        options.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
    wrong += [f"{row['id']} by {row['way']} failed: {row['failure']}" for row in rows if row["failure"]]
    if wrong:
        sys.exit("\n".join(wrong))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


if __name__ == "__main__":
    main()
