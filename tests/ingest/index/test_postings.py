import random
from pathlib import Path

import pytest

from ingest.article import Article
from ingest.chunk import chunks_of
from ingest.index import Catalogue
from ingest.index.keywords import KeywordHit

WORDS = [f"{a}o{b}" for a in "bdfgklmp" for b in "bdgkmptx"]
W1, W2, W3 = WORDS[:3]
GROUPS = {"all": 1, "half": 2, "tenth": 10, "one": 199}


def add(catalogue: Catalogue, number: int, chance: random.Random) -> None:
    often = [len(WORDS) / (at + 1) for at in range(len(WORDS))]
    text = "\n\n".join(
        " ".join(chance.choices(WORDS, often, k=chance.randint(3, 60))) + "." for _ in range(chance.randint(1, 4))
    )
    groups = tuple(name for name, share in GROUPS.items() if number % share == 0)
    title = " ".join(chance.choices(WORDS, k=2))
    article = Article(f"a{number}", title, text, "en", f"/a{number}", groups=groups)
    cut = chunks_of(article, catalogue.next_version(article.id), 150)
    catalogue.add(article, f"hash of {text}", cut, [f"key of {c.text}" for c in cut])
    catalogue.mark_ready([c.id for c in cut])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("index") / "data"
    made = Catalogue(place, create=True)
    made.start_generation("hashing-8", 8, "test:150:1")
    chance = random.Random(3)
    for number in range(200):
        add(made, number, chance)
    made.close()
    return place


def asked(catalogue: Catalogue, *groups: str, limit: int = 20) -> list[list[KeywordHit]]:
    chance = random.Random(9)
    questions = [chance.sample([*WORDS, "unheard"], chance.randint(1, 8)) for _ in range(25)]
    return [catalogue.keyword_search(q, groups, limit) for q in questions]


def same(one: list[list[KeywordHit]], other: list[list[KeywordHit]]) -> None:
    for a, b in zip(one, other, strict=True):
        assert len(a) == len(b)
        assert [h.score for h in a] == pytest.approx([h.score for h in b], rel=1e-4)
        # Equals at the end of a list may be either.
        last = a[-1].score * 1.001 if a else 0.0
        assert {h.chunk_id for h in a if h.score > last} == {h.chunk_id for h in b if h.score > last}


@pytest.mark.parametrize("groups", [("all",), ("half",), ("tenth",), ("one",), ("one", "half"), ("nobody",)])
def test_terms_in_memory_score_as_the_database_counts(data: Path, groups: tuple[str, ...]) -> None:
    cold, warm = Catalogue(data), Catalogue(data)
    warm.warm()
    found = asked(cold, *groups)
    same(found, asked(warm, *groups))
    assert (max(map(len, found)) > 3) == (groups != ("nobody",))
    query = [*WORDS, "unheard"]
    assert cold.document_frequencies(query) == warm.document_frequencies(query)
    cold.close()
    warm.close()


def test_a_search_filtered_by_groups_is_the_whole_ranking_without_the_others(data: Path) -> None:
    catalogue = Catalogue(data)
    for every, some in zip(asked(catalogue, "all", limit=10_000), asked(catalogue, "half", limit=10_000), strict=True):
        readable = [h for h in every if int(h.chunk_id.split(":")[0][1:]) % 2 == 0]
        assert some == readable
        assert len(some) < len(every) or not every
    catalogue.close()


@pytest.mark.parametrize("warm", [False, True])
def test_what_another_process_changed_is_found_with_the_next_question(data: Path, tmp_path: Path, warm: bool) -> None:
    place = tmp_path / "data"
    place.mkdir()
    (place / "catalogue.db").write_bytes((data / "catalogue.db").read_bytes())
    reader, writer = Catalogue(place), Catalogue(place)
    if warm:
        reader.warm()
    before = reader.keyword_search([W3], ["half"], 10_000)
    names = {h.chunk_id.split(":")[0] for h in before}
    assert "a0" in names
    writer.remove("a0")
    assert names - {h.chunk_id.split(":")[0] for h in reader.keyword_search([W3], ["half"], 10_000)} == {"a0"}
    assert reader.visible([h.chunk_id for h in before if h.chunk_id.startswith("a0:")], ["half"]) == {}
    article = Article("new", "New", f"{W3} zeppelin", "en", "/new", groups=("half",))
    cut = chunks_of(article, 1, 150)
    writer.add(article, "hash", cut, ["key"])
    assert [h.chunk_id for h in reader.keyword_search(["zeppelin"], ["half"], 5)] == [cut[0].id]
    assert reader.document_frequencies(["zeppelin"])[0] == {"zeppelin": 1}
    assert reader.keyword_search(["zeppelin"], ["tenth"], 5) == []
    fresh = Catalogue(place)
    same(asked(reader, "half"), asked(fresh, "half"))
    for one in (reader, writer, fresh):
        one.close()


def test_a_group_that_loses_an_article_does_not_see_it_again(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir()
    (place / "catalogue.db").write_bytes((data / "catalogue.db").read_bytes())
    reader, writer = Catalogue(place), Catalogue(place)
    reader.warm()
    seen = reader.keyword_search(WORDS, ["one"], 10_000)
    assert {h.chunk_id.split(":")[0] for h in seen} == {"a0", "a199"}
    article = Article("a199", "Kept from one", f"{W1} {W2}.", "en", "/a199", groups=("all",))
    cut = chunks_of(article, 2, 150)
    writer.add(article, "another hash", cut, ["key"])
    writer.mark_ready([c.id for c in cut])
    assert {h.chunk_id.split(":")[0] for h in reader.keyword_search(WORDS, ["one"], 10_000)} == {"a0"}
    assert {a.id for _, a in reader.visible([h.chunk_id for h in seen], ["one"]).values()} == {"a0"}
    assert reader.count_articles(["one"]) == 1
    reader.close()
    writer.close()


def test_the_terms_of_a_build_do_not_answer_for_another(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir()
    (place / "catalogue.db").write_bytes((data / "catalogue.db").read_bytes())
    catalogue = Catalogue(place)
    catalogue.warm()
    assert catalogue.keyword_search([W1], ["all"], 5)
    other = catalogue.start_generation("hashing-16", 16, "test:150:1")
    assert catalogue.keyword_search([W1], ["all"], 5, other.id) == []
    assert catalogue.document_frequencies([W1], other.id) == ({}, 0)
    assert catalogue.document_frequencies([W1])[0][W1] > 50
    catalogue.close()


def test_lengths_are_the_sums_of_what_fts5_wrote(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "data", create=True)
    catalogue.start_generation("hashing-8", 8, "test:150:1")
    for name, words in (("short", 3), ("long", 700), ("longest", 20_000)):
        article = Article(name, "two words", "needle " + "hay " * words, "en", f"/{name}")
        cut = chunks_of(article, 1, 1_000_000)
        assert len(cut) == 1
        catalogue.add(article, name, cut, ["key"])
    cold = catalogue.keyword_search(["needl", "word"], ["public"], 10)
    catalogue.warm()
    warm = catalogue.keyword_search(["needl", "word"], ["public"], 10)
    assert [h.chunk_id for h in warm] == [h.chunk_id for h in cold] == ["short:1:0", "long:1:0", "longest:1:0"]
    assert [h.score for h in warm] == pytest.approx([h.score for h in cold], rel=1e-4)
    catalogue.close()
