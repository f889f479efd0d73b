"""The fingerprint: the same until search could see something else, whoever changed it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest.article import Article
from ingest.chunk import chunks_of
from ingest.index import Catalogue


def put(catalogue: Catalogue, article_id: str, text: str, *groups: str) -> None:
    """Record a version the way the job does; its vectors are not in yet."""
    article = Article(article_id, "About it", text, "en", f"/articles/{article_id}.txt", groups=groups or ("public",))
    cut = chunks_of(article, catalogue.next_version(article_id), 200)
    catalogue.add(article, f"hash of {text} for {groups}", cut, [f"key of {c.text}" for c in cut])


def embed(catalogue: Catalogue) -> None:
    catalogue.mark_ready([w.id for w in catalogue.waiting(100)])


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue(tmp_path / "data", create=True)
    made.start_generation("hashing-8", 8, "test:200:1")
    put(made, "lunch", "Lunch is served at noon.")
    embed(made)
    fill(made, made.start_generation("hashing-16", 16, "test:200:1").id)
    made.mark_ready(made.chunk_ids(["public"], 10), 2)
    made.flip(2)
    return made


def fill(catalogue: Catalogue, generation: int) -> None:
    article = catalogue.article("lunch")
    assert article is not None
    cut = chunks_of(article, 1, 200)
    catalogue.fill(generation, article, cut, ["key"] * len(cut))


CHANGES: dict[str, Callable[[Catalogue], object]] = {
    "added": lambda c: put(c, "dinner", "Dinner is served at six."),
    "changed": lambda c: put(c, "lunch", "Lunch is served at one."),
    "closed to its readers": lambda c: put(c, "lunch", "Lunch is served at noon.", "board"),
    "removed": lambda c: c.remove("lunch"),
    "flipped": lambda c: c.flip(1),
    "hidden by a repair": lambda c: c.hide_chunks(2, c.chunk_ids(["public"], 10)),
    "keywords made anew": lambda c: c.rebuild_keywords(2),
    "to be embedded again": lambda c: c.wait_again(c.chunk_ids(["public"], 10)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_differs_after_what_search_sees_has_changed_in_another_process(catalogue: Catalogue, change: str) -> None:
    before = catalogue.fingerprint()
    assert catalogue.fingerprint() == before
    with closing(Catalogue(catalogue.data)) as other:
        CHANGES[change](other)
    assert catalogue.fingerprint() != before


def test_a_new_version_shows_when_it_is_recorded_and_again_when_it_is_served(catalogue: Catalogue) -> None:
    seen = [catalogue.fingerprint()]
    put(catalogue, "lunch", "Lunch is served at one.")
    seen.append(catalogue.fingerprint())
    embed(catalogue)
    seen.append(catalogue.fingerprint())
    assert len(set(seen)) == 3


def test_it_stays_where_nothing_has_changed_that_search_sees(catalogue: Catalogue) -> None:
    before = catalogue.fingerprint()
    fill(catalogue, 1)  # a build that does not serve
    catalogue.note_failure(catalogue.chunk_ids(["public"], 10), "too slow")
    with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as other:
        other.execute("CREATE TABLE answers_elsewhere (id)")
        other.commit()
    assert catalogue.fingerprint() == before


def test_a_restored_file_has_the_mark_of_what_is_in_it(catalogue: Catalogue, tmp_path: Path) -> None:
    before = catalogue.fingerprint()
    with closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as file:
            file.backup(backup)
        put(catalogue, "dinner", "Dinner is served at six.")
        after = catalogue.fingerprint()
        with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as file:
            backup.backup(file)
    assert catalogue.fingerprint() == before
    put(catalogue, "dinner", "Dinner is served at seven.")
    assert catalogue.fingerprint() not in (before, after)


def test_notes_that_were_lost_with_a_table_are_made_again_under_another_mark(catalogue: Catalogue) -> None:
    before = catalogue.fingerprint()
    with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as other:
        other.execute("DROP TRIGGER search_sees_article_groups_delete")
        other.commit()
    again = catalogue.fingerprint()
    assert again != before
    catalogue.remove("lunch")
    assert catalogue.fingerprint() != again


def test_reading_it_takes_less_than_a_millisecond(catalogue: Catalogue) -> None:
    catalogue.fingerprint()
    took = []
    with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as other:
        other.execute("CREATE TABLE kept_elsewhere (id)")
        for _ in range(50):
            other.execute("INSERT INTO kept_elsewhere VALUES (1)")
            other.commit()
            began = time.perf_counter()
            catalogue.fingerprint()
            took.append(time.perf_counter() - began)
    assert sorted(took)[25] < 0.001
