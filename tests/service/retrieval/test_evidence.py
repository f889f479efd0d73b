from __future__ import annotations

from ingest.article import Article, Chunk
from service.retrieval.evidence import evidence_from
from service.retrieval.hit import Hit

SENTENCES = [
    "Parcels leave the northern depot at nine.",
    "Tyres are changed every spring by the garage.",
    "The canteen serves oat biscuits on Fridays.",
    "Contracts are signed by two directors.",
    "Maps of the island hang in the corridor.",
]


def article(name: str, sentences: list[str]) -> list[Hit]:
    """A hit for each sentence of an article, in reading order."""
    made = Article(name, name.title(), " ".join(sentences), "en", f"{name}.txt")
    hits, start = [], 0
    for i, sentence in enumerate(sentences):
        end = start + len(sentence)
        chunk = Chunk(f"{name}:3:{i}", name, 3, i, start, end, made.text[start:end])
        hits.append(Hit(chunk, made, dense=0.8 + i / 100, keyword=None, score=1.0))
        start = end + 1
    return hits


def test_neighbours_become_one_passage_that_is_a_span_of_the_article() -> None:
    hits = article("depot", SENTENCES)
    (passage,) = evidence_from([hits[1], hits[0]], 6)
    assert passage.text == f"{SENTENCES[0]} {SENTENCES[1]}"
    assert (passage.start, passage.end) == (0, hits[1].chunk.end)
    assert passage.version == 3
    assert passage.hits == (hits[1], hits[0])
    assert passage.dense == hits[1].dense


def test_a_hit_between_two_passages_joins_them() -> None:
    hits = article("depot", SENTENCES)
    first, second = evidence_from([hits[0], hits[4], hits[2], hits[1]], 6)
    assert first.text == " ".join(SENTENCES[:3])
    assert second.text == SENTENCES[4]
    assert [first.number, second.number] == [1, 2]


def test_neighbours_in_number_of_different_articles_stay_apart() -> None:
    one, other = article("one", SENTENCES[:2]), article("other", SENTENCES[2:4])
    assert [p.article.id for p in evidence_from([other[1], one[0]], 6)] == ["other", "one"]


def test_passages_are_numbered_in_order_of_their_best_hit() -> None:
    hits = article("depot", SENTENCES)
    found = evidence_from([hits[4], hits[0], hits[2]], 6)
    assert [(p.number, p.text) for p in found] == [(1, SENTENCES[4]), (2, SENTENCES[0]), (3, SENTENCES[2])]


def test_a_passage_that_repeats_another_is_dropped_and_the_better_one_stays() -> None:
    original = article("original", SENTENCES[:1])
    copy = article("copy", ["PARCELS leave the northern depot — at nine!"])
    found = evidence_from([*original, *copy, *article("else", SENTENCES[3:4])], 6)
    assert [p.article.id for p in found] == ["original", "else"]


def test_a_passage_that_shares_only_some_words_stays() -> None:
    found = evidence_from(
        [*article("a", SENTENCES[:1]), *article("b", ["Parcels leave the southern harbour in the evening."])], 6
    )
    assert [p.article.id for p in found] == ["a", "b"]


def test_the_limit_counts_hits_and_repeats_do_not_use_it_up() -> None:
    hits = [h for name in ("a", "b", "c") for h in article(name, SENTENCES[:1])] + article("depot", SENTENCES)
    found = evidence_from([*hits[:3], hits[5], hits[7]], 3)
    assert [p.text for p in found] == [SENTENCES[0], SENTENCES[2], SENTENCES[4]]
    assert evidence_from(hits, 1)[0].text == SENTENCES[0]
    assert len(evidence_from(hits, 1)) == 1


def test_text_without_words_repeats_nothing() -> None:
    assert len(evidence_from([*article("a", ["—"]), *article("b", ["—"])], 6)) == 2


def test_no_hits_are_no_evidence() -> None:
    assert evidence_from([], 6) == []


def test_a_passage_found_by_keywords_alone_has_no_cosine() -> None:
    hit = article("a", SENTENCES[:1])[0]
    found = evidence_from([Hit(hit.chunk, hit.article, None, 3.0, 1.0)], 6)
    assert found[0].dense is None
