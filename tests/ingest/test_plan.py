import hashlib
from pathlib import Path

import pytest

from ingest.plan import plan, tokens_in
from ingest.progress import Silent
from ingest.settings import EmbeddingSettings
from ingest.sources.folder import FolderSource
from tests.fakes.shelf import Pages, Shelf, counts


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def files(folder: Path) -> dict[str, str]:
    """Every file below, and the hash of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write(shelf: Shelf) -> None:
    """Articles to keep, to change and to lose, taken in."""
    for name in ("kept", "changed", "gone"):
        shelf.put(f"{name}.txt", f"The {name} article tells of travel by zeppelin.")
    shelf.ingest()
    shelf.put("changed.txt", " ".join(f"Journey {n} was made by train." for n in range(90)))
    shelf.put("new.txt", "A new article tells of ships.")
    shelf.put("empty.txt", "")
    (shelf.articles / "gone.txt").unlink()


def test_a_plan_writes_nothing(shelf: Shelf) -> None:
    write(shelf)
    before = files(shelf.settings.data)
    made = shelf.plan()
    assert (made.added, made.changed, made.removed) == (["new"], ["changed"], ["gone"])
    assert files(shelf.settings.data) == before
    assert "catalogue.db" in before
    assert any(name.startswith("chroma/") for name in before)


def test_a_run_does_what_the_plan_said(shelf: Shelf) -> None:
    write(shelf)
    made, report = shelf.plan(), shelf.ingest()
    assert (len(made.added), len(made.changed), made.unchanged, len(made.removed)) == (1, 1, 1, 1)
    assert (report.added, report.changed, report.unchanged, report.removed) == (1, 1, 1, 1)
    assert made.chunks == report.chunks > 2
    assert made.failed == report.failed
    assert "empty.txt is empty" in made.failed[0].error
    after = shelf.plan()
    assert (after.added, after.changed, after.removed, after.chunks, after.tokens) == ([], [], [], 0, 0)


def test_what_is_in_the_cache_is_not_counted_again(shelf: Shelf) -> None:
    path = shelf.put("travel.txt", "The manager approves travel.")
    shelf.ingest()
    shelf.put("travel.txt", "The board approves travel.")
    shelf.ingest()
    path.write_text("The manager approves travel.")
    assert (shelf.plan().changed, shelf.plan().chunks) == (["travel"], 0)


def test_a_text_that_stands_in_two_articles_is_counted_once(shelf: Shelf) -> None:
    shelf.put("first.txt", "x")
    shelf.ingest()
    record = {"title": "Notice", "text": "The office is closed on Monday."}
    shelf.records("all.jsonl", {"id": "a", "groups": ["hr"], **record}, {"id": "b", **record})
    made, report = shelf.plan(), shelf.ingest()
    assert (made.added, made.chunks, made.tokens) == (
        ["a", "b"],
        1,
        tokens_in("Notice\nThe office is closed on Monday."),
    )
    assert counts(report) == (2, 0, 1, 0)


def test_a_removal_that_a_run_would_refuse_is_refused_in_the_plan(shelf: Shelf) -> None:
    source = Pages(texts={f"p{n}": f"Page number {n} about a zeppelin." for n in range(12)})
    shelf.ingest(source)
    source.texts = {"p0": source.texts["p0"]}
    made, report = shelf.plan(source), shelf.ingest(source)
    assert (made.removed, report.removed) == ([], 0)
    assert made.failed == report.failed
    assert "--allow-removals" in made.failed[0].error
    assert len(shelf.plan(source, allow_removals=True).removed) == 11


def test_a_source_that_cannot_be_reached_plans_no_removal(shelf: Shelf, tmp_path: Path) -> None:
    write(shelf)
    shelf.articles.rename(tmp_path / "elsewhere")
    made = shelf.plan(allow_removals=True)
    assert (made.removed, len(made.failed)) == ([], 1)


@pytest.mark.parametrize(
    ("embedding", "dollars"),
    [
        ({"provider": "hashing"}, 0.0),
        ({"provider": "none"}, 0.0),
        ({"provider": "openai", "model": "text-embedding-3-large"}, 0.13),
        ({"provider": "openai", "model": "text-embedding-3-large", "price": 2}, 2.0),
        ({"provider": "openai", "model": "my-own"}, None),
        ({"provider": "openai", "model": "my-own", "price": 0}, 0.0),
    ],
)
def test_the_cost_is_that_of_the_tokens_where_the_price_is_known(
    shelf: Shelf, embedding: dict[str, object], dollars: float | None
) -> None:
    shelf.put("first.txt", "The first article.")
    shelf.ingest()
    shelf.put("second.txt", " ".join(f"Sentence {n} tells of journeys by train." for n in range(3000)))
    shelf.with_settings(embedding=EmbeddingSettings.model_validate(embedding))
    made = shelf.plan()
    assert made.tokens > 25_000
    assert made.cost == (None if dollars is None else pytest.approx(dollars * made.tokens / 1e6, abs=1e-4))


def test_tokens_are_counted_by_script() -> None:
    assert [tokens_in(text) for text in ("", "four", "fours", "员工有年假", "员工 abcd")] == [0, 1, 2, 5, 4]


def test_without_an_embedder_nothing_would_be_embedded(shelf: Shelf) -> None:
    shelf.put("first.txt", "The first article.")
    catalogue = shelf.index.catalogue
    made = plan(catalogue, shelf.settings, None, [FolderSource(shelf.articles)], Silent())
    assert (made.added, made.chunks, made.tokens) == (["first"], 0, 0)
