"""Hybrid search: Chroma and BM25, fused by score, filtered to what the asker may see."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np

from ingest.article import Article, Chunk
from ingest.embedding import Vectors
from ingest.errors import IndexUnavailable, PermanentError, SettingsError, TransientError
from ingest.index import Build, Index, VectorIndex
from ingest.language import is_cjk, language_of
from ingest.sentences import sentences
from ingest.terms import question_terms
from service.models.guarded import Guarded
from service.retrieval.candidates import weighed
from service.retrieval.editions import newest_first
from service.retrieval.found import Found
from service.retrieval.fresh import fresh_cosines
from service.retrieval.fuse import fused
from service.retrieval.hit import Hit
from service.retrieval.knowing import knowing
from service.retrieval.merge import descending, taking_turns, with_best_of
from service.retrieval.parts import clauses_in, questions_in
from service.retrieval.ranking import is_fitted_for, scores
from service.retrieval.rerank.reranking import Reranking, as_reranked
from service.retrieval.signals import Wanted
from service.retrieval.weights import TermWeights
from service.telemetry.stages import stage, staged

_log = logging.getLogger(__name__)
# Twice as deep costs twice as much and finds one question in a hundred more (`benchmarks/ranking.py`).
_DEPTH = 50
# Where Chroma would give mostly chunks that the asker may not read, it is asked for so many at most.
_DEEPEST, _SOME, _LEAST_SHARE = 5000, 0.5, 0.01
# Across languages: so many of all chunks are looked through, so many of those in the other script compared by sentence.
_DEEP_ACROSS, _ACROSS, _SENTENCES = 500, 12, 12
_KEPT = 4000
_BESIDE = 8
# The best hit of each clause of a long question is among so many: an answer draws on no more by default.
_PLACES = 6
_NO_VECTORS = "the vectors could not be searched: keywords alone were"


T = TypeVar("T")
_Dense = tuple[dict[str, float], Vectors | None, list[str]]


class Retriever:
    """Searches one index. Blocking: call it from a thread."""

    def __init__(
        self,
        index: Index,
        reranking: Reranking | None = None,
        embedding: Guarded | None = None,
        chroma: Guarded | None = None,
    ) -> None:
        """`embedding` guards calls of an embedding endpoint, `chroma` those of a Chroma server."""
        self._index, self._reranking, self._embedding, self._chroma = index, reranking, embedding, chroma
        self._catalogue = index.catalogue
        self._embedded: dict[tuple[str, str], Vectors] = {}
        self._builds: dict[int, Build] = {}
        self._keeping = threading.Lock()
        # Vectors are searched while keywords are: a question's embedding takes longer than all of theirs.
        self._beside = ThreadPoolExecutor(_BESIDE, thread_name_prefix="dense")

    @property
    def spends(self) -> bool:
        """Whether a search may cost tokens of a chat model."""
        return self._reranking is not None and self._reranking.spends

    @property
    def waits(self) -> bool:
        """Whether a search waits for others to compute: an endpoint that embeds, or whatever reranks."""
        return self._embedding is not None or self._reranking is not None

    def warm(self) -> None:
        """Load what the first question would wait for."""
        build = self._index.serving()
        if build.vectors is not None and build.embedder is not None:
            build.vectors.connect()
            build.vectors.nearest(build.embedder.question("warm"), 1)
        self._catalogue.warm()

    @staged("search")
    def search(
        self,
        question: str,
        groups: Sequence[str],
        limit: int,
        asked_on: str | None = None,
        generation: int | None = None,
        within: float = math.inf,
        spend: bool = True,
    ) -> Found:
        """The best `limit` chunks for a question, in the build that serves or the one of that number.

        `within` are the seconds that a reranker has; without `spend` it may cost no tokens.

        Raises:
            TransientError, IndexUnavailable: neither search could be made, or there is no such build.
        """
        build, questions = self._build(generation), questions_in(question)
        wanted = dict.fromkeys((question, *(questions or clauses_in(question))))
        dense = {one: self._beside.submit(copy_context().run, self._dense, build, one, groups) for one in wanted}
        found = {one: self._whole(build, one, groups, asked_on, generation, dense[one]) for one in wanted}
        whole, parts = found.pop(question), found
        if self._reranking is not None:
            whole, parts = self._reranking.of(question, whole, parts, within, spend)
        lists = [found.hits for found in parts.values()]
        hits = taking_turns(whole.hits, lists) if questions else with_best_of(whole.hits, lists, _PLACES)
        hits = descending(newest_first(question, hits))
        notes = tuple(dict.fromkeys(note for found in (whole, *parts.values()) for note in found.notes))
        return replace(whole, hits=tuple(hits[:limit]), notes=notes, parts=parts if questions else {})

    def search_whole(
        self, question: str, groups: Sequence[str], asked_on: str | None = None, generation: int | None = None
    ) -> Found:
        """What a question finds as it stands, whatever its parts. Raises as `search` does."""
        build = self._build(generation)
        dense = self._beside.submit(self._dense, build, question, groups)
        return self._whole(build, question, groups, asked_on, generation, dense)

    def _whole(
        self,
        build: Build,
        question: str,
        groups: Sequence[str],
        asked_on: str | None,
        generation: int | None,
        beside: Future[_Dense],
    ) -> Found:
        with self._catalogue.one_look():  # an article that is replaced meanwhile is found as it was
            query = question_terms(question)
            frequencies, documents = self._catalogue.document_frequencies(query, generation)
            weights = TermWeights.of(query, frequencies, documents)
            keyword = {h.chunk_id: h.score for h in self._catalogue.keyword_search(query, groups, _DEPTH, generation)}
            dense, vector, notes = beside.result()
            visible = self._catalogue.visible(set(keyword) | set(dense), groups, generation)
            dense = {i: cosine for i, cosine in dense.items() if i in visible}
            if dense:
                keyword = knowing(question, keyword, visible, weights)
            if dense and vector is not None:
                embed = partial(self.embed, build=build)
                dense |= fresh_cosines(keyword, dense, visible, vector, self._catalogue, _number(build), embed)
            wanted = Wanted.of(question, weights, asked_on)
            ranking = self._ranked(build, wanted, visible, dense, keyword, vector, notes)
            hits = tuple(
                Hit(*visible[i], dense=dense.get(i), keyword=keyword.get(i), score=score)
                for i, score in ranking.items()
            )
            return Found(build, hits, weights, vector, tuple(notes))

    def across(self, question: str, groups: Sequence[str], found: Found) -> list[Hit] | None:
        """Chunks in the other script, best first, by meaning alone: their own and that of their nearest sentence.

        None where the vectors cannot be searched now.

        A chunk's cosine across languages is a weak witness; the two together put the right one first more often
        (XQuAD, zh to en .78 to .83, en to zh .88 to .93). A reranker that has read them all knows better.
        """
        vector, vectors = found.vector, found.build.vectors
        if vector is None or vectors is None:
            return []
        script = is_cjk(language_of(question))
        number = _number(found.build)
        try:
            near = _by(self._chroma, lambda: vectors.nearest(vector, _DEEP_ACROSS))
        except TransientError as error:
            _log.warning("%s", error)
            return None
        languages = self._catalogue.languages([h.chunk_id for h in near], groups, number)
        other = {h.chunk_id: h.cosine for h in near if is_cjk(languages.get(h.chunk_id, "")) != script}
        kept = [i for i in other if i in languages][:_ACROSS]
        hits = []
        for one, (chunk, article) in self._catalogue.visible(kept, groups, number).items():
            texts = [article.text[s.start : s.end] for s in sentences(article.text, chunk.start, chunk.end)]
            compared = self.embed(texts[:_SENTENCES], found.build)
            said = other[one] if compared is None else float((compared @ vector).max())
            hits.append(Hit(chunk, article, other[one], None, other[one] + said, said))
        hits = as_reranked(sorted(hits, key=lambda h: (-h.score, h.chunk.id)), found.hits)
        return descending(newest_first(question, hits))

    def embed(self, texts: Sequence[str], build: Build | None = None) -> Vectors | None:
        """Vectors of passages in the space of a build, by default the one that serves.

        None without an embedder, and where it fails now: words decide then. Those of the last few thousand texts are
        kept.
        """
        embedder = (build or self._index.serving()).embedder
        if embedder is None or not texts:
            return None
        with self._keeping:
            known = {t: v for t in texts if (v := self._embedded.get((embedder.id, t))) is not None}
        fresh = [t for t in dict.fromkeys(texts) if t not in known]
        if fresh:
            try:
                known |= zip(fresh, _by(self._embedding, lambda: embedder.passages(fresh)), strict=True)
            except (TransientError, PermanentError, SettingsError) as error:
                _log.warning("%s", error)
                return None
            with self._keeping:
                self._embedded |= {(embedder.id, t): known[t] for t in fresh}
                while len(self._embedded) > _KEPT:
                    del self._embedded[next(iter(self._embedded))]
        return np.stack([known[t] for t in texts])

    def _ranked(
        self,
        build: Build,
        wanted: Wanted,
        visible: dict[str, tuple[Chunk, Article]],
        dense: dict[str, float],
        keyword: dict[str, float],
        vector: Vectors | None,
        notes: list[str],
    ) -> dict[str, float]:
        """Score by id, best first: weighed where both searches know something, else as the one that does has it."""
        embedder = build.embedder.id if build.embedder else None
        if not keyword or vector is None or not is_fitted_for(embedder):
            return fused(dense, keyword)
        found = {i: visible[i] for i in visible if i in dense or i in keyword}
        try:
            ids, made = weighed(wanted, found, dense, vector, self._catalogue, _number(build))
        except TransientError as error:
            _log.warning("%s", error)
            notes.append("what was found could not be weighed: the scores of both searches were added")
            return fused(dense, keyword)
        scored = zip(ids, scores(made).tolist(), strict=True)
        return dict(sorted(scored, key=lambda pair: (-pair[1], pair[0])))

    def _build(self, number: int | None) -> Build:
        """The build that serves, or the one of this number, kept open for the next question."""
        if number is None:
            return self._index.serving()
        generation = self._catalogue.generation(number)
        if generation is None:
            raise IndexUnavailable(f"There is no generation {number}: see `footnote generations list`.")
        with self._keeping:
            if number not in self._builds:
                self._builds[number] = self._index.build(generation)
            return self._builds[number]

    def _dense(self, build: Build, question: str, groups: Sequence[str]) -> _Dense:
        """Cosine by chunk id, best first, of chunks the groups may see."""
        embedder, vectors = build.embedder, build.vectors
        if embedder is None or vectors is None:
            return {}, None, ["no embedding model: keywords alone were searched"]
        try:
            with stage("embed"):
                vector = _by(self._embedding, lambda: embedder.question(question))
            return self._nearest(vectors, vector, groups, _number(build)), vector, []
        except (TransientError, PermanentError, SettingsError) as error:
            _log.warning("%s", error)
            return {}, None, [_NO_VECTORS]

    @staged("vectors")
    def _nearest(
        self, vectors: VectorIndex, vector: Vectors, groups: Sequence[str], number: int | None
    ) -> dict[str, float]:
        """Chroma knows no groups: it is asked for as many more as the asker may not read, or all of theirs compared."""
        share = self._catalogue.readable_share(groups)
        own = self._catalogue.own_vectors(groups, number) if share < _SOME else None
        if own is not None:
            ids, matrix = own
            cosines = (matrix @ vector).tolist() if ids else []
            return dict(sorted(zip(ids, cosines, strict=True), key=lambda pair: (-pair[1], pair[0]))[:_DEPTH])
        depth = min(_DEEPEST, int(_DEPTH / max(share, _LEAST_SHARE)))
        while True:
            near = _by(self._chroma, partial(vectors.nearest, vector, depth))
            if share == 1:  # what has just left search is taken out by `visible`
                return {h.chunk_id: h.cosine for h in near}
            seen = self._catalogue.readable([h.chunk_id for h in near], groups, number)
            if len(seen) >= _DEPTH // 2 or len(near) < depth or depth >= _DEEPEST:
                return dict([(h.chunk_id, h.cosine) for h in near if h.chunk_id in seen][:_DEPTH])
            depth = min(_DEEPEST, 4 * depth)


def _by(guard: Guarded | None, made: Callable[[], T]) -> T:
    return made() if guard is None else guard.call(made)


def _number(build: Build) -> int | None:
    return build.generation.id if build.generation else None
