"""Builds beside each other, with real vectors: questions are answered all the while, by vectors of one model."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding import embedder_from
from ingest.errors import FootnoteError, IndexUnavailable, TransientError
from ingest.index import Index
from ingest.settings import ChunkSettings
from ingest.terms import question_terms
from ingest.verify import verified
from tests.fakes.embedding_endpoint import Fails, serving
from tests.fakes.shelf import Shelf, counts

SUBJECTS = ("amber", "basalt", "cobalt", "dolomite", "emerald", "feldspar", "garnet", "hematite")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path, batch=4)
    for subject in SUBJECTS:
        made.put(f"{subject}.txt", " ".join(f"Sentence {n} tells what {subject} is used for." for n in range(40)))
    assert counts(made.ingest()) == (8, 0, 0, 0)
    return made


def another(shelf: Shelf, how: str) -> Shelf:
    """Set to what a build beside is made for."""
    if how == "dimensions":
        return shelf.with_embedding(dimensions=64)
    if how == "chunk size":
        return shelf.with_settings(chunk=ChunkSettings(size=400))
    return shelf.with_embedding(provider="none")


def answers(index: Index, subject: str) -> set[str]:
    """Articles that the vectors of the build that serves find, and that search may show."""
    build = index.serving()
    if build.vectors is None or build.embedder is None:
        hits = [h.chunk_id for h in index.catalogue.keyword_search(question_terms(subject), ["public"], 5)]
    else:
        hits = [h.chunk_id for h in build.vectors.nearest(build.embedder.question(f"{subject} is used"), 5)]
    return {article.id for _, article in index.catalogue.visible(hits, ["public"]).values()}


@contextmanager
def asking(shelf: Shelf) -> Iterator[Callable[[], int]]:
    """Questions from another thread all the while; afterwards each had the right article first and none had failed."""
    index = Index(shelf.catalogue, shelf.settings, embedder_from(shelf.settings))
    wrong: list[object] = []
    asked = 0
    stop = threading.Event()

    def ask() -> None:
        nonlocal asked
        while not stop.is_set():
            subject = SUBJECTS[asked % len(SUBJECTS)]
            try:
                found = answers(index, subject)
                if subject not in found:
                    wrong.append((subject, found))
            except Exception as error:
                wrong.append(error)
            asked += 1

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield lambda: asked
    finally:
        stop.set()
        thread.join(60)
    assert wrong == []


@pytest.mark.parametrize("how", ["dimensions", "chunk size"])
def test_questions_are_answered_while_another_build_is_made_and_comes_to_serve(shelf: Shelf, how: str) -> None:
    before = shelf.catalogue.counts()
    with asking(shelf) as asked:
        another(shelf, how)
        built = shelf.builder.build()
        assert shelf.catalogue.counts() == before
        during = asked()
        flipped = shelf.builder.flip()
        while asked() < during + 20:
            pass
        back = shelf.builder.rollback()
        while asked() < during + 40:
            pass
    assert during > 0
    assert (built.generation.id, flipped.id, back.id) == (2, 2, 1)
    assert shelf.catalogue.counts() == before


@pytest.mark.parametrize("how", ["dimensions", "chunk size", "none"])
def test_a_build_as_configured_serves_after_the_flip_and_the_one_before_after_the_rollback(
    shelf: Shelf, how: str
) -> None:
    first = shelf.catalogue.generation()
    another(shelf, how)
    built = shelf.builder.build()
    assert built.chunks == (0 if how == "none" else shelf.catalogue.count_chunks("ready", 2))
    assert shelf.catalogue.generation() == first
    shelf.builder.flip()
    serving = shelf.catalogue.generation()
    assert serving is not None
    assert (serving.id, serving.dimensions) == (2, {"dimensions": 64, "chunk size": 384, "none": 0}[how])
    assert shelf.catalogue.counts() == (8, shelf.catalogue.count_chunks("ready", 2))
    index = Index(shelf.catalogue, shelf.settings, embedder_from(shelf.settings))
    assert all(subject in answers(index, subject) for subject in SUBJECTS)
    assert shelf.builder.rollback().id == 1
    assert all(subject in answers(index, subject) for subject in SUBJECTS)
    shelf.builder.drop(2)
    assert shelf.catalogue.generations() == [first]


def test_a_run_goes_into_the_build_that_serves(shelf: Shelf) -> None:
    another(shelf, "dimensions")
    shelf.builder.build()
    shelf.builder.flip()
    shelf.put("jade.txt", "Sentence 1 tells what jade is used for.")
    report = shelf.ingest()
    assert (counts(report), report.generation, report.chunks, report.notes) == ((1, 0, 8, 0), 2, 1, [])
    assert "jade@1" in shelf.by_vectors("jade")


def test_another_size_is_noted_until_it_is_built(shelf: Shelf) -> None:
    another(shelf, "chunk size")
    (note,) = shelf.ingest().notes
    assert "`footnote generations build`" in note
    built = shelf.builder.build()
    shelf.builder.flip(built.generation.id)
    assert shelf.ingest().notes == []


@pytest.mark.parametrize("when", ["before the flip", "before the rollback"])
def test_what_happened_meanwhile_is_in_the_build_that_comes_to_serve(shelf: Shelf, when: str) -> None:
    first = shelf.settings
    another(shelf, "dimensions")
    shelf.builder.build()
    second = shelf.settings
    if when == "before the rollback":
        shelf.builder.flip()
    shelf.with_settings(embedding=(first if when == "before the flip" else second).embedding)
    shelf.put("amber.txt", "Sentence 1 tells that amber floats.")
    shelf.put("jade.txt", "Sentence 1 tells what jade is used for.")
    (shelf.articles / "cobalt.txt").unlink()
    report = shelf.ingest()
    assert (counts(report), report.removed) == ((1, 1, 6, 0), 1)
    if when == "before the flip":
        shelf.builder.flip()
    else:
        shelf.builder.rollback()
    assert shelf.ids() == ["amber", "basalt", "dolomite", "emerald", "feldspar", "garnet", "hematite", "jade"]
    assert shelf.by_keywords("cobalt") == []
    assert shelf.by_keywords("floats") == shelf.by_vectors("amber floats") == ["amber@2"]
    assert "jade@1" in shelf.by_vectors("jade")
    build = Index(shelf.catalogue, shelf.settings, None).serving()
    assert build.vectors is not None
    assert verified(shelf.catalogue, build) == []
    assert build.vectors.count() == shelf.catalogue.counts()[1]


def test_a_change_that_waited_for_a_model_that_is_down_comes_with_the_next(tmp_path: Path) -> None:
    with serving() as endpoint:
        shelf = Shelf(tmp_path, provider="openai", base_url=endpoint.url, model="m", dimensions=64, api_key="k")
        shelf.put("travel.txt", "The manager approves travel by zeppelin.")
        shelf.ingest()
        endpoint.decide = lambda _: Fails(401)
        shelf.put("travel.txt", "The board approves journeys by train.")
        assert shelf.ingest().waiting == 1
        first = shelf.settings
        shelf.with_embedding()
        shelf.builder.build()
        shelf.builder.flip()
        assert shelf.find("zeppelin") == ["travel@1"]
        report = shelf.ingest()
        assert (counts(report), report.chunks, report.waiting) == ((0, 0, 1, 0), 1, 0)
        assert (shelf.find("train"), shelf.find("zeppelin")) == (["travel@2"], [])
        endpoint.reset()
        shelf.with_settings(embedding=first.embedding)
        assert shelf.builder.rollback().id == 1
        assert (shelf.by_keywords("train"), shelf.by_vectors("journeys by train")) == (["travel@2"], ["travel@2"])
        assert shelf.by_keywords("zeppelin") == []


def test_a_build_without_vectors_brings_a_change_that_waited(tmp_path: Path) -> None:
    with serving() as endpoint:
        shelf = Shelf(tmp_path, provider="openai", base_url=endpoint.url, model="m", dimensions=64, api_key="k")
        shelf.put("travel.txt", "The manager approves travel by zeppelin.")
        shelf.ingest()
        endpoint.decide = lambda _: Fails(401)
        shelf.put("travel.txt", "The board approves journeys by train.")
        shelf.ingest()
        shelf.with_embedding(provider="none")
        shelf.builder.build()
        shelf.builder.flip()
        shelf.ingest()
        assert shelf.find("approves") == ["travel@2"]


@pytest.mark.parametrize("harm", ["edited", "missing", "foreign"])
def test_a_build_with_wrong_vectors_does_not_come_to_serve_and_says_why(shelf: Shelf, harm: str) -> None:
    another(shelf, "dimensions")
    shelf.builder.build()
    beside = Index(shelf.catalogue, shelf.settings, None).build(shelf.catalogue.generation(2)).vectors
    assert beside is not None
    if harm == "missing":
        beside.drop(["amber:1:0"])
    else:
        chunk_id = "amber:1:0" if harm == "edited" else "amber:9:0"
        beside.put([chunk_id], np.eye(1, 64, 7, dtype=np.float32), ["amber"])
    with pytest.raises(IndexUnavailable) as caught:
        shelf.builder.flip()
    said = {"edited": "are not those that were made", "missing": "have no vector", "foreign": "belong to no chunk"}
    assert said[harm] in str(caught.value)
    assert "The one before goes on serving" in str(caught.value)
    assert ("amber:1:0" in str(caught.value)) == (harm != "foreign")
    serving = shelf.catalogue.generation()
    assert serving is not None
    assert serving.id == 1
    assert "amber@1" in shelf.by_vectors("amber is used")
    shelf.builder.drop(2)
    assert shelf.builder.build().generation.id == 2
    assert shelf.builder.flip().id == 2


def test_a_build_that_broke_off_is_carried_on(tmp_path: Path) -> None:
    with serving() as endpoint:
        shelf = Shelf(tmp_path)
        for subject in SUBJECTS:
            shelf.put(f"{subject}.txt", f"This tells what {subject} is used for.")
        shelf.ingest()
        shelf.with_embedding(provider="openai", base_url=endpoint.url, model="m", dimensions=64, api_key="k", batch=2)
        endpoint.decide = lambda texts: Fails(401) if any("emerald" in text for text in texts) else None
        with pytest.raises(FootnoteError, match="refused the key"):
            shelf.builder.build()
        asked = endpoint.asked.copy()
        assert shelf.find("amber") == ["amber@1"]
        endpoint.reset()
        assert shelf.builder.build().generation.id == 2
        assert not any("amber" in text for _, text in endpoint.asked)
        assert any("amber" in text for _, text in asked)
        assert [g.id for g in shelf.catalogue.generations()] == [1, 2]


def test_what_serves_is_not_built_again_and_not_dropped(shelf: Shelf) -> None:
    with pytest.raises(IndexUnavailable, match="Generation 1 serves and is built as configured"):
        shelf.builder.build()
    with pytest.raises(IndexUnavailable, match="There is no earlier generation to go back to"):
        shelf.builder.rollback()
    with pytest.raises(IndexUnavailable, match="There is no other generation: run `footnote generations build` first"):
        shelf.builder.flip()
    for wrong in (lambda: shelf.builder.flip(7), lambda: shelf.builder.drop(7)):
        with pytest.raises(IndexUnavailable, match="There is no generation 7"):
            wrong()
    with pytest.raises(IndexUnavailable, match="Generation 1 serves: flip to another one first"):
        shelf.builder.drop(1)
    assert shelf.find("amber") != []


def test_a_dropped_build_takes_its_vectors_along_and_leaves_the_cache(shelf: Shelf) -> None:
    another(shelf, "dimensions")
    made = shelf.builder.build()
    beside = Index(shelf.catalogue, shelf.settings, None).build(made.generation).vectors
    assert beside is not None
    assert beside.count() == made.chunks > 0
    shelf.builder.drop(2)
    fresh = Index(shelf.catalogue, shelf.settings, None).build(made.generation).vectors
    assert fresh is not None
    assert fresh.count() == 0
    cached = shelf.catalogue.embeddings(
        "hashing-64", [w for keys in shelf.catalogue.chunk_keys(1) for w in keys.values()]
    )
    assert len(cached) == made.chunks
    assert shelf.builder.build().chunks == made.chunks


def test_a_question_under_way_when_its_build_is_dropped_fails_as_foreseen(shelf: Shelf) -> None:
    build = Index(shelf.catalogue, shelf.settings, None).serving()
    assert build.vectors is not None
    assert build.embedder is not None
    build.vectors.connect()
    another(shelf, "dimensions")
    shelf.builder.build()
    shelf.builder.flip()
    shelf.builder.drop(1)
    with pytest.raises(TransientError):
        build.vectors.nearest(build.embedder.question("amber"), 3)


def test_the_embedder_may_be_chosen_anew_while_there_are_no_vectors(tmp_path: Path) -> None:
    with serving() as endpoint:
        shelf = Shelf(tmp_path, provider="openai", base_url=endpoint.url, model="m", dimensions=64, api_key="k")
        endpoint.decide = lambda _: Fails(401)
        shelf.put("travel.txt", "The manager approves travel.")
        assert shelf.ingest().waiting == 1
        shelf.with_embedding()
        report = shelf.ingest()
        assert (report.waiting, report.chunks, report.generation, shelf.in_chroma()) == (0, 1, 1, 1)


def test_an_index_that_lost_all_its_articles_may_get_another_model(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    path = shelf.put("travel.txt", "The manager approves travel.")
    shelf.ingest()
    shelf.remove("travel")
    path.write_text("The board approves travel.")
    shelf.with_embedding(dimensions=64)
    assert counts(shelf.ingest()) == (1, 0, 0, 0)
    assert (shelf.by_vectors("board approves travel"), shelf.in_chroma()) == (["travel@2"], 1)
