import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ingest.article import Article
from ingest.chunk import chunks_of
from ingest.errors import IndexUnavailable
from ingest.index import Catalogue
from ingest.terms import question_terms


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue(tmp_path / "data", create=True)
    made.start_generation("hashing-8", 8, "test:200:1")
    return made


def add(
    catalogue: Catalogue, article_id: str, text: str, groups: tuple[str, ...] = ("public",), size: int = 200
) -> int:
    """Record a version the way the job does; its vectors are not in yet."""
    article = Article(article_id, f"About {article_id}", text, "en", f"/articles/{article_id}.txt", groups=groups)
    version = catalogue.next_version(article_id)
    cut = chunks_of(article, version, size)
    catalogue.add(article, f"hash of {text}", cut, [f"key of {c.text}" for c in cut])
    return version


def embed(catalogue: Catalogue, limit: int = 1000) -> list[str]:
    """Tell the catalogue that Chroma has what waits."""
    ids = [w.id for w in catalogue.waiting(limit)]
    catalogue.mark_ready(ids)
    return ids


def find(catalogue: Catalogue, question: str, *groups: str) -> list[str]:
    """Texts of the chunks a keyword search gives, best first."""
    hits = catalogue.keyword_search(question_terms(question), groups or ("public",), 10)
    visible = catalogue.visible([h.chunk_id for h in hits], groups or ("public",))
    return [visible[h.chunk_id][0].text for h in hits]


def test_a_first_version_is_found_before_it_has_vectors(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    assert find(catalogue, "who approves travel") == ["The manager approves travel."]
    assert catalogue.count_waiting() == 1
    (waiting,) = catalogue.waiting(10)
    assert (waiting.article_id, waiting.title, waiting.chunk.text) == (
        "travel",
        "About travel",
        "The manager approves travel.",
    )


def test_a_changed_article_answers_in_its_old_version_until_every_chunk_of_the_new_is_in(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    embed(catalogue)
    new = "The board approves travel. " * 20
    assert add(catalogue, "travel", new) == 2
    first, *rest = [w.id for w in catalogue.waiting(100)]
    assert rest
    catalogue.mark_ready([first])
    assert find(catalogue, "travel") == ["The manager approves travel."]
    assert catalogue.serving("travel") == 1
    catalogue.mark_ready(rest)
    assert catalogue.serving("travel") == 2
    assert "The manager approves travel." not in find(catalogue, "travel")
    assert catalogue.gone(10) == ["travel:1:0"]


def test_old_versions_still_open(catalogue: Catalogue) -> None:
    for text in ("First words.", "Second words."):
        add(catalogue, "travel", text)
        embed(catalogue)
    catalogue.remove("travel")
    assert catalogue.article("travel") is None
    opened = [catalogue.article("travel", version) for version in (1, 2, 3)]
    assert [a.text if a else None for a in opened] == ["First words.", "Second words.", None]


def test_a_version_that_never_came_to_be_served_is_overtaken(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "First words.")
    embed(catalogue)
    add(catalogue, "travel", "Second words.")
    add(catalogue, "travel", "Third words.")
    assert [w.chunk.text for w in catalogue.waiting(10)] == ["Third words."]
    embed(catalogue)
    assert find(catalogue, "words") == ["Third words."]
    assert sorted(catalogue.gone(10)) == ["travel:1:0", "travel:2:0"]


def test_a_removed_article_is_found_no_more_and_can_come_back(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    embed(catalogue)
    before = catalogue.sequence()
    assert catalogue.remove("travel")
    assert catalogue.sequence() > before
    assert find(catalogue, "travel") == []
    assert catalogue.visible(["travel:1:0"], ["public"]) == {}
    assert (catalogue.listed(), catalogue.counts(), catalogue.count_articles(["public"])) == ([], (0, 0), 0)
    assert add(catalogue, "travel", "The board approves travel.") == 2
    assert find(catalogue, "travel") == ["The board approves travel."]


def test_removing_what_is_not_there_changes_nothing(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    before = catalogue.sequence()
    assert not catalogue.remove("nothing")
    assert catalogue.remove("travel")
    after = catalogue.sequence()
    assert not catalogue.remove("travel")
    assert (before, after) == (1, 2)
    assert catalogue.sequence() == after


def test_a_removed_article_stays_away_when_its_vectors_arrive_late(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "The manager approves travel.")
    ids = [w.id for w in catalogue.waiting(10)]
    catalogue.remove("travel")
    catalogue.mark_ready(ids)
    assert catalogue.gone(10) == ids
    assert find(catalogue, "travel") == []
    catalogue.forget(ids)
    assert catalogue.gone(10) == []


def test_only_members_of_its_groups_see_an_article(catalogue: Catalogue) -> None:
    add(catalogue, "pay", "Salaries rise in March.", ("hr", "board"))
    add(catalogue, "menu", "Lunch rises to six euros in March.")
    assert find(catalogue, "March", "board") == ["Salaries rise in March."]
    assert find(catalogue, "March") == ["Lunch rises to six euros in March."]
    assert set(catalogue.visible(["pay:1:0", "menu:1:0"], ["public"])) == {"menu:1:0"}
    assert catalogue.readable(["pay:1:0", "menu:1:0"], ["public"]) == {"menu:1:0"}
    assert catalogue.keyword_search(["march"], [], 10) == []
    assert catalogue.article("pay", groups=["public"]) is None
    assert catalogue.article("pay", groups=["hr", "public"]) is not None
    assert [a.id for a in catalogue.listed(["hr"])] == ["pay"]
    assert [catalogue.count_articles(g) for g in (["hr"], ["public", "hr", "board"], [])] == [1, 2, 0]


def test_new_groups_of_a_changed_article_count_from_the_switch_on(catalogue: Catalogue) -> None:
    add(catalogue, "pay", "Salaries rise in March.")
    embed(catalogue)
    add(catalogue, "pay", "Salaries rise in March.", ("hr",))
    assert len(find(catalogue, "March")) == 1
    embed(catalogue)
    assert (find(catalogue, "March"), len(find(catalogue, "March", "hr"))) == ([], 1)


def test_a_listing_goes_on_after_an_id_and_counts_chunks(catalogue: Catalogue) -> None:
    for article_id in ("c", "a", "b"):
        add(catalogue, article_id, "Some sentence of this article. " * 20)
    page = catalogue.listed(limit=2)
    assert [a.id for a in page] == ["a", "b"]
    assert [a.id for a in catalogue.listed(limit=2, after="b")] == ["c"]
    assert page[0].chunks == page[0].waiting > 1
    embed(catalogue)
    assert {a.waiting for a in catalogue.listed()} == {0}


def test_chunks_of_one_article_share_its_text(catalogue: Catalogue) -> None:
    add(catalogue, "travel", "Some sentence of this article. " * 20)
    found = catalogue.visible([f"travel:1:{n}" for n in range(3)], ["public"])
    assert len({id(article) for _, article in found.values()}) == 1
    assert all(article.text[c.start : c.end] == c.text for c, article in found.values())


def test_text_beyond_the_basic_plane_keeps_its_offsets(catalogue: Catalogue) -> None:
    add(catalogue, "fish", "🐟🐟 First sentence here. " * 8 + "𠮷野家的员工有年假。" * 20)
    waiting = catalogue.waiting(100)
    article = catalogue.article("fish")
    assert article is not None
    assert len(waiting) > 1
    assert all(article.text[w.chunk.start : w.chunk.end] == w.chunk.text for w in waiting)


def test_embeddings_are_kept_by_model_and_key_and_never_replaced(catalogue: Catalogue) -> None:
    one, two = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    catalogue.keep_embeddings("m", {"a": one})
    catalogue.keep_embeddings("m", {"a": two, "b": two})
    catalogue.keep_embeddings("m", {})
    assert {k: v.tolist() for k, v in catalogue.embeddings("m", ["a", "b", "c"]).items()} == {"a": [1, 0], "b": [0, 1]}
    assert catalogue.embeddings("other", ["a"]) == {}


def test_more_ids_than_one_statement_may_hold(catalogue: Catalogue) -> None:
    names = [f"name{n}" for n in range(40_000)]
    add(catalogue, "travel", "The manager approves travel.")
    ids = ["travel:1:0", *names]
    assert list(catalogue.visible(ids, ["public"])) == ["travel:1:0"]
    assert catalogue.embeddings("m", names) == {}
    catalogue.mark_ready(ids)
    assert catalogue.count_waiting() == 0
    catalogue.remove("travel")
    catalogue.forget([*names, "travel:1:0"])
    assert catalogue.gone(10) == []


def test_neither_recording_nor_marking_looks_at_every_article_that_waits(catalogue: Catalogue) -> None:
    """With 50,000 changed articles waiting, one more takes no longer than a few times one of a small catalogue."""

    def timed(task: Callable[[], object]) -> float:
        started = time.perf_counter()
        task()
        return time.perf_counter() - started

    def batch(name: str) -> float:
        add(catalogue, name, "First words.")
        catalogue.mark_ready([f"{name}:1:0"])
        return (
            timed(lambda: add(catalogue, name, "Second words."))
            + min(timed(lambda: catalogue.mark_ready(["nothing:1:0"])) for _ in range(5))
            + timed(lambda: catalogue.mark_ready([f"{name}:2:0"]))
            + timed(lambda: catalogue.remove(name))
        )

    small = min(batch(f"small{n}") for n in range(5))
    with sqlite3.connect(catalogue.data / "catalogue.db") as raw:
        for n in range(50_000):
            raw.execute(
                "INSERT INTO articles(id, uri, source, version, source_hash, sequence) VALUES (?, ?, 's', 1, 'h', 1)",
                (f"w{n}", f"u{n}"),
            )
            for version in (1, 2):
                raw.execute(
                    "INSERT INTO versions(article_id, number, title, text, language, groups, sections, pages, "
                    "metadata, source_hash, created_at) "
                    "VALUES (?, ?, 't', 'Words.', 'en', '[]', '[]', '[]', '{}', '', '')",
                    (f"w{n}", version),
                )
            raw.execute(
                "INSERT INTO chunks(generation, id, article_id, version, ordinal, start, end, embedding_key, state) "
                "VALUES (1, ?, ?, 2, 0, 0, 11, 'k', 'new')",
                (f"w{n}:2:0", f"w{n}"),
            )
    assert min(batch(f"large{n}") for n in range(5)) < 3 * small


def test_two_transactions_of_one_process_queue(catalogue: Catalogue) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: add(catalogue, f"a{n}", f"Words of number {n}."), range(40)))
    assert catalogue.counts() == (40, 40)
    with sqlite3.connect(catalogue.data / "catalogue.db") as raw:
        sequences = [row[0] for row in raw.execute("SELECT sequence FROM articles ORDER BY 1")]
    assert sequences == list(range(1, 41))


def test_reading_needs_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match=r"There is no index in .*nowhere: run `footnote ingest PATH` first"):
        Catalogue(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_one_look_sees_one_moment_and_keeps_nothing_old(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "data", create=True)
    catalogue.start_generation("hashing-8", 8, "test:200:1")
    other = Catalogue(tmp_path / "data")
    with catalogue.one_look():
        assert catalogue.listed(["public"], 10, None) == []
        article = Article("lunch", "Lunch", "Lunch is served at noon.", "en", "/lunch.txt", groups=("public",))
        cut = chunks_of(article, 1, 200)
        other.add(article, "hash", cut, ["key"] * len(cut))
        assert catalogue.listed(["public"], 10, None) == []
        assert catalogue.count_articles(["public"]) == 1  # it is kept for later looks
    assert [line.id for line in catalogue.listed(["public"], 10, None)] == ["lunch"]
    assert catalogue.count_articles(["public"]) == 1
    other.close()
    catalogue.close()
