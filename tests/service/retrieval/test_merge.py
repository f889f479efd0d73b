from __future__ import annotations

from ingest.article import Article, Chunk
from service.retrieval.hit import Hit
from service.retrieval.merge import taking_turns, with_best_of


def hits(names: str, score: float = 9.0) -> list[Hit]:
    """A hit a letter, best first."""
    made = []
    for at, name in enumerate(names):
        article = Article(name, name, name, "en", f"{name}.txt")
        made.append(Hit(Chunk(name, name, 1, 0, 0, 1, name), article, None, None, score - at))
    return made


def order(found: list[Hit]) -> str:
    return "".join(h.chunk.id for h in found)


def test_lists_take_turns_and_the_whole_questions_begins() -> None:
    assert order(taking_turns(hits("abcd"), [hits("xy"), hits("p")])) == "axpbycd"


def test_a_chunk_that_several_lists_have_stands_once_where_it_comes_first() -> None:
    assert order(taking_turns(hits("abc"), [hits("bca"), hits("cx")])) == "abcx"


def test_scores_never_rise() -> None:
    found = taking_turns(hits("abc", 3.0), [hits("xyz", 50.0), hits("pq", 0.5)])
    scores = [h.score for h in found]
    assert scores == sorted(scores, reverse=True)
    assert found[0].score == 3.0


def test_the_best_of_each_clause_has_a_place_and_the_rest_keep_their_order() -> None:
    assert order(with_best_of(hits("abcdef"), [hits("xa"), hits("e")], 4)) == "abxecdf"
    assert order(with_best_of(hits("abcdef"), [hits("b"), hits("d")], 4)) == "abcdef"


def test_without_parts_the_list_stays() -> None:
    assert taking_turns(hits("abc"), []) == hits("abc")
    assert with_best_of(hits("abc"), [], 6) == hits("abc")
    assert with_best_of([], [hits("x"), []], 6) == hits("x")
