"""Signals of what a real index holds."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding import Vectors
from ingest.errors import TransientError
from ingest.index import Catalogue, Index
from ingest.job import Job
from ingest.terms import question_terms, terms
from service.retrieval.candidates import Visible, weighed
from service.retrieval.fuse import fused
from service.retrieval.search import Retriever
from service.retrieval.signals import IN_PLACE, NAMES, Wanted
from service.retrieval.weights import TermWeights
from tests.fakes.library import LEAVE, LIVE, ZH, Library

ARTICLES = [
    {"id": "live", "title": "Why live streaming faded", "text": LIVE, "lang": "en", "published_at": "2024-06-20"},
    {"id": "leave", "title": "Annual leave", "text": LEAVE, "lang": "en"},
    {"id": "zh", "title": "直播电商的退货", "text": ZH, "lang": "zh"},
]
QUESTIONS = ["How many days of annual leave do employees have?", "直播电商的退货率是多少？"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("library"), provider="local").ingest(ARTICLES)


def asked(index: Index, question: str) -> tuple[Wanted, Vectors, dict[str, float], Visible]:
    """A question, its vector, Chroma's cosine of every chunk, and the chunks."""
    build = index.serving()
    assert build.embedder is not None
    assert build.vectors is not None
    query = question_terms(question)
    weights = TermWeights.of(query, *index.catalogue.document_frequencies(query))
    vector = build.embedder.question(question)
    dense = {h.chunk_id: h.cosine for h in build.vectors.nearest(vector, 50)}
    return Wanted.of(question, weights, "2024-06-20"), vector, dense, index.catalogue.visible(list(dense), ["public"])


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_words_alone_found_has_the_cosine_that_chroma_would_give(library: Library, question: str) -> None:
    wanted, vector, dense, visible = asked(library.index, question)
    catalogue = library.index.catalogue
    ids, given = weighed(wanted, visible, dense, vector, catalogue, None)
    assert set(ids) == set(dense)
    assert len(ids) >= len(ARTICLES)
    for some in ({}, dict([*dense.items()][:1])):
        again, counted = weighed(wanted, visible, some, vector, catalogue, None)
        assert again == ids
        assert counted == pytest.approx(given, abs=1e-5)
    spread = given[:, IN_PLACE["dense"]]
    assert spread.max() == 0
    best = max(dense.values())
    assert dict(zip(ids, spread + best, strict=True)) == pytest.approx(dense, abs=1e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_words_are_those_of_the_title_and_the_text(library: Library, question: str) -> None:
    wanted, vector, dense, visible = asked(library.index, question)
    ids, made = weighed(wanted, visible, dense, vector, library.index.catalogue, None)
    for one, row in zip(ids, made, strict=True):
        chunk, article = visible[one]
        assert row[IN_PLACE["body"]] == pytest.approx(wanted.weights.coverage(chunk.text))
        assert row[IN_PLACE["title"]] == pytest.approx(wanted.weights.coverage(article.title))
        assert bool(row[IN_PLACE["recent"]] > 0) is (article.published_at is not None)
    lengths = np.array([len(terms(visible[i][1].title + "\n" + visible[i][0].text)) for i in ids])
    assert made[:, IN_PLACE["length"]] == pytest.approx(lengths / lengths.mean(), rel=0.05)


def test_chunks_that_have_left_since_they_were_found_are_skipped(tmp_path: Path) -> None:
    made = Library(tmp_path, provider="local").ingest(ARTICLES)
    wanted, vector, _, visible = asked(made.index, QUESTIONS[0])
    made.ingest([ARTICLES[0], {**ARTICLES[1], "text": "Employees have 16 days of leave from now on."}, ARTICLES[2]])
    assert Job(made.index, made.settings).remove(["zh"]).removed == 1
    left = {i for i, (_, article) in visible.items() if article.id in ("leave", "zh")}
    kept = set(made.index.catalogue.visible(list(visible), ["public"]))
    assert kept < set(visible)
    assert left - kept == left
    ids, signals = weighed(wanted, visible, {}, vector, made.index.catalogue, None)
    assert kept <= set(ids) <= set(visible)
    assert signals.shape == (len(ids), len(NAMES))
    assert np.isfinite(signals).all()
    unknown = {**visible, "no-such-chunk": next(iter(visible.values()))}
    assert weighed(wanted, unknown, {}, vector, made.index.catalogue, None)[0] == ids


def test_nothing_found_is_nothing_weighed(library: Library) -> None:
    wanted, vector, *_ = asked(library.index, QUESTIONS[0])
    ids, signals = weighed(wanted, {}, {}, vector, library.index.catalogue, None)
    assert ids == []
    assert signals.shape == (0, len(NAMES))


class Busy(Catalogue):
    """A catalogue that another process begins to write to when the vectors are read."""

    def vectors_of(self, chunk_ids: Collection[str], generation: int | None = None) -> dict[str, Vectors]:
        """Refused."""
        raise TransientError(f"Another process is writing to {self.data}. Try again when it has finished.")


@pytest.mark.parametrize("question", QUESTIONS)
def test_where_the_catalogue_is_busy_hits_are_fused(
    library: Library, question: str, caplog: pytest.LogCaptureFixture
) -> None:
    index = Index(Busy(library.data), library.settings, library.index.serving().embedder)
    hits = Retriever(index).search(question, ["public"], 9).hits
    by_fusion = fused(
        {h.chunk.id: h.dense for h in hits if h.dense is not None},
        {h.chunk.id: h.keyword for h in hits if h.keyword is not None},
    )
    assert hits
    assert {h.chunk.id: h.score for h in hits} == pytest.approx(by_fusion)
    assert "Another process is writing" in caplog.text
