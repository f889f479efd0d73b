"""Reads questions with evidence, and builds the index of the articles they are asked of."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.index import Index, open_index
from ingest.job import Job, sources_of
from ingest.progress import Lines
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the articles that hold its evidence, the quotes in them, and wordings of its answer.

    `language` is empty where the row does not name it.
    """

    id: str
    text: str
    language: str
    kind: str
    answerable: bool
    article_ids: frozenset[str]
    quotes: tuple[str, ...]
    answers: tuple[str, ...]


def read_questions(path: Path, corpus_language: str | None = None) -> list[Asked]:
    """Questions from JSON Lines, gzipped or not; `corpus_language` keeps those put to that corpus."""
    return [
        Asked(
            id=row["id"],
            text=row["question"],
            language=row.get("lang", ""),
            kind=row.get("kind", ""),
            answerable=row.get("answerable", True),
            article_ids=frozenset(e["doc_id"] for e in row.get("evidence", ())),
            quotes=tuple(e["quote"] for e in row.get("evidence", ()) if e.get("quote")),
            answers=tuple(row.get("answers", ())),
        )
        for row in _rows(path)
        if corpus_language is None or row.get("corpus_lang") == corpus_language
    ]


def index_of(articles: Path, data: Path) -> Index:
    """The index of some articles in `data`; what is already there is not embedded again.

    Raises:
        SystemExit: an article could not be read.
    """
    settings = Settings.load(env_file=None, data=data)
    index = open_index(settings, create=True)
    report = Job(index, settings, Lines()).run(sources_of([articles]))
    if report.failed:
        raise SystemExit(report.failed[0].error)
    return index


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
