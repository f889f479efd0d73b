"""What was added a moment ago, and what is replaced while it is searched for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.article import Article
from ingest.chunk import chunks_of
from ingest.index import Catalogue, Index, open_index
from service.retrieval.search import Retriever
from tests.fakes.library import Library

# More than one resembles what is asked, so that what has no vector has somebody to stand behind.
ALIKE = [
    {"id": f"opening-{place}", "title": f"Opening hours of the {place}", "lang": "en",
     "text": f"The {place} opens at {hour}:00 on weekdays. On weekdays the {place} closes at {hour + 9}:00."}
    for hour, place in enumerate(("canteen", "library", "gym", "workshop", "garage", "reception", "laundry"), 6)
]  # fmt: skip
NEW = "The staff sauna opens at 17:30 on weekdays and closes at 21:00."
ASKED = "When does the staff sauna open on weekdays?"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    library = Library(tmp_path).ingest(ALIKE)
    opened = open_index(library.settings)
    with closing(opened.catalogue):
        yield opened


def put(catalogue: Catalogue, text: str, embedded: bool) -> None:
    """Record a version of the sauna's article the way the job does, before or after its vectors are made."""
    article = Article("sauna", "The staff sauna", text, "en", "/articles/sauna.txt", groups=("public",))
    cut = chunks_of(article, catalogue.next_version("sauna"), 200)
    catalogue.add(article, f"hash of {text}", cut, [f"key of {c.text}" for c in cut])
    if embedded:
        catalogue.mark_ready([w.id for w in catalogue.waiting(10)])


def test_what_was_just_added_stands_first_before_anything_has_embedded_it(index: Index) -> None:
    put(index.catalogue, NEW, embedded=False)
    found = Retriever(index).search(ASKED, ["public"], 50)
    assert found.hits[0].chunk.text == NEW
    assert found.hits[0].dense is not None
    assert len(found.hits) > 5


def test_an_article_that_is_replaced_while_it_is_searched_for_is_found_in_one_of_its_versions(index: Index) -> None:
    put(index.catalogue, NEW, embedded=True)
    searching, over = Retriever(index), threading.Event()
    versions = 1

    def replace() -> None:
        nonlocal versions
        while not over.is_set():
            put(index.catalogue, NEW.replace("21", str(21 + versions % 2)) + f" {versions}", embedded=True)
            versions += 1

    replacing = threading.Thread(target=replace)
    replacing.start()
    try:
        first = []
        while len(first) < 15 or versions < 15:
            first.append(searching.search(ASKED, ["public"], 50).hits[0].article.id)
    finally:
        over.set()
        replacing.join()
    assert set(first) == {"sauna"}
