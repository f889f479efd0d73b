"""Builds beside each other in one catalogue: which serves, and what each of them has."""

from pathlib import Path

import pytest

from ingest.article import Article
from ingest.chunk import chunks_of
from ingest.errors import IndexUnavailable
from ingest.index import Catalogue
from ingest.terms import question_terms

LONG = "Some sentence of this article. " * 20


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue(tmp_path / "data", create=True)
    made.start_generation("hashing-8", 8, "test:200:1", {"provider": "hashing", "dimensions": 8})
    return made


def article(article_id: str, text: str) -> Article:
    return Article(article_id, f"About {article_id}", text, "en", f"/articles/{article_id}.txt")


def add(catalogue: Catalogue, article_id: str, text: str, ready: bool = True) -> None:
    """Record a version the way the job does."""
    one = article(article_id, text)
    cut = chunks_of(one, catalogue.next_version(article_id), 200)
    catalogue.add(one, f"hash of {text}", cut, [f"key of {c.text}" for c in cut])
    if ready:
        catalogue.mark_ready([c.id for c in cut])


def fill(catalogue: Catalogue, number: int, size: int = 400) -> list[str]:
    """Bring a build to what is served, the way the builder does; the articles that it lacked."""
    lacking = catalogue.lacking(number, 1000)
    for article_id, version in lacking:
        one = catalogue.article(article_id, version)
        assert one is not None
        cut = chunks_of(one, version, size)
        catalogue.fill(number, one, cut, [f"key of {c.text}" for c in cut])
    catalogue.drop_unseen(number)
    catalogue.mark_ready([w.id for w in catalogue.waiting(1000, number)], number)
    return [article_id for article_id, _ in lacking]


def find(catalogue: Catalogue, question: str) -> list[str]:
    hits = catalogue.keyword_search(question_terms(question), ["public"], 50)
    return sorted(catalogue.visible([h.chunk_id for h in hits], ["public"]))


def test_the_first_build_serves_and_any_other_waits_to_be_flipped_to(catalogue: Catalogue) -> None:
    second = catalogue.start_generation("hashing-16", 16, "test:400:1")
    assert (second.id, second.state, second.collection) == (2, "building", "footnote-2")
    assert [(g.id, g.state) for g in catalogue.generations()] == [(1, "serving"), (2, "building")]
    serving = catalogue.generation()
    assert serving == catalogue.generation(1)
    assert serving is not None
    assert (serving.embedder, serving.embedding) == ("hashing-8", {"provider": "hashing", "dimensions": 8})
    assert catalogue.generation(3) is None


def test_a_build_beside_changes_nothing_for_search_until_the_flip(catalogue: Catalogue) -> None:
    add(catalogue, "travel", LONG)
    before = find(catalogue, "sentence")
    catalogue.start_generation("hashing-16", 16, "test:400:1")
    assert fill(catalogue, 2) == ["travel"]
    assert (find(catalogue, "sentence"), catalogue.counts()) == (before, (1, len(before)))
    catalogue.flip(2)
    after = find(catalogue, "sentence")
    assert len(before) > len(after) > 0
    assert (catalogue.counts(), catalogue.document_frequencies(["sentenc"])) == (
        (1, len(after)),
        ({"sentenc": len(after)}, len(after)),
    )
    catalogue.flip(1)
    assert find(catalogue, "sentence") == before


def test_a_build_that_lacks_an_article_is_not_flipped_to(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    catalogue.start_generation("hashing-16", 16, "test:400:1")
    fill(catalogue, 2)
    add(catalogue, "leave", "Employees have leave.")
    with pytest.raises(IndexUnavailable, match="Generation 2 lacks 1 articles that changed while it was built"):
        catalogue.flip(2)
    assert catalogue.generation() == catalogue.generation(1)
    assert fill(catalogue, 2) == ["leave"]
    catalogue.flip(2)
    assert [(g.id, g.state) for g in catalogue.generations()] == [(1, "kept"), (2, "serving")]


def test_what_changed_or_went_meanwhile_is_followed_in_both_directions(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    add(catalogue, "leave", "Employees have leave.")
    catalogue.start_generation("hashing-16", 16, "test:400:1")
    fill(catalogue, 2)
    add(catalogue, "travel", "The board approves travel.")
    catalogue.remove("leave")
    assert fill(catalogue, 2) == ["travel"]
    catalogue.flip(2)
    assert (find(catalogue, "travel"), find(catalogue, "leave")) == (["travel:2:0"], [])
    assert sorted(catalogue.gone(10, 2)) == ["leave:1:0", "travel:1:0"]
    add(catalogue, "travel", "The council approves travel.")
    add(catalogue, "menu", "Lunch prices rise.")
    assert fill(catalogue, 1, 200) == ["menu", "travel"]
    catalogue.flip(1)
    assert (find(catalogue, "travel"), find(catalogue, "lunch")) == (["travel:3:0"], ["menu:1:0"])


def test_a_version_that_comes_back_to_a_build_is_there_once(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    number = catalogue.start_generation("hashing-16", 16, "test:400:1").id
    for _ in range(2):
        one = article("travel", "The manager approves travel.")
        cut = chunks_of(one, 1, 400)
        catalogue.fill(number, one, cut, ["key"] * len(cut))
        assert [w.id for w in catalogue.waiting(10, number)] == ["travel:1:0"]
    catalogue.mark_ready(["travel:1:0"], number)
    catalogue.flip(number)
    assert find(catalogue, "travel") == ["travel:1:0"]


def test_states_of_chunks_are_each_builds_own(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.", ready=False)
    catalogue.start_generation("hashing-16", 16, "test:400:1")
    one = article("travel", "The manager approves travel.")
    cut = chunks_of(one, 1, 400)
    catalogue.fill(2, one, cut, ["key"])
    catalogue.mark_ready(["travel:1:0"], 2)
    catalogue.set_aside(["travel:1:0"], "Too long.")
    assert [catalogue.count_chunks(s, n) for n in (1, 2) for s in ("ready", "failed")] == [0, 1, 1, 0]
    assert ([f.error for f in catalogue.failures()], catalogue.failures(generation=2)) == (["Too long."], [])
    assert (catalogue.state("travel"), catalogue.state("travel", 2)) == ("chunks set aside: 1", "chunks embedded: 1")
    assert catalogue.listed()[0].failed == 1
    catalogue.flip(2)
    assert (catalogue.listed()[0].failed, catalogue.listed()[0].waiting) == (0, 0)


def test_a_version_that_waited_when_another_build_came_to_serve_waits_there(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    add(catalogue, "travel", "The board approves travel.", ready=False)
    catalogue.start_generation("hashing-16", 16, "test:400:1")
    fill(catalogue, 2)
    catalogue.flip(2)
    assert catalogue.gone(10, 1) == ["travel:2:0"]
    assert (find(catalogue, "travel"), catalogue.overdue()) == (["travel:1:0"], [("travel", 2)])
    catalogue.mark_ready(["travel:1:0"])
    catalogue.switch()
    assert find(catalogue, "travel") == ["travel:1:0"]
    cut = chunks_of(article("travel", "The board approves travel."), 2, 400)
    catalogue.await_version(cut, ["key"])
    assert (catalogue.overdue(), find(catalogue, "travel"), catalogue.count_waiting()) == ([], ["travel:1:0"], 1)
    catalogue.mark_ready(["travel:2:0"])
    assert find(catalogue, "travel") == ["travel:2:0"]


def test_the_embedder_of_a_build_is_free_until_it_has_a_vector(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.", ready=False)
    catalogue.set_aside(["travel:1:0"], "The model refuses it.")
    first = catalogue.generation()
    assert first is not None
    assert catalogue.is_bare(1)
    made = catalogue.redefine(first, "hashing-16", 16, {"dimensions": 16})
    assert catalogue.generation() == made
    assert (made.id, made.embedder, made.chunker) == (1, "hashing-16", "test:200:1")
    assert [w.id for w in catalogue.waiting(10)] == ["travel:1:0"]
    assert catalogue.failures() == []
    catalogue.mark_ready(["travel:1:0"])
    assert not catalogue.is_bare(1)


def test_only_a_build_that_does_not_serve_is_forgotten(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    catalogue.start_generation("hashing-16", 16, "test:400:1")
    fill(catalogue, 2)
    with pytest.raises(IndexUnavailable, match="Generation 1 serves: flip to another one first"):
        catalogue.forget_generation(1)
    catalogue.flip(2)
    catalogue.forget_generation(1)
    assert [g.id for g in catalogue.generations()] == [2]
    assert [catalogue.count_chunks(s, 1) for s in ("new", "ready", "gone")] == [0, 0, 0]
    assert find(catalogue, "travel") == ["travel:1:0"]
    assert catalogue.start_generation("hashing-8", 8, "test:200:1").id == 3


def test_without_a_build_search_finds_nothing_and_does_not_fail(tmp_path: Path) -> None:
    empty = Catalogue(tmp_path / "empty", create=True)
    assert (empty.generation(), empty.keyword_search(["travel"], ["public"], 5)) == (None, [])
    assert (empty.document_frequencies(["travel"]), empty.counts(), empty.listed()) == (({}, 0), (0, 0), [])
