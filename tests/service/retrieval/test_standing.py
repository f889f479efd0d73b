"""Terms of a question counted in many chunks at once, against counting them one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.retrieval.standing import Standing

ORDER = {"annual": 0, "leave": 1, "7": 2}
WEIGHTS = np.array([2.0, 1.0, 4.0])
TEXTS = st.lists(
    st.lists(st.sampled_from((*ORDER, "of", "drivers", "12")), max_size=12).map(" ".join), min_size=1, max_size=6
)


def densest(words: Sequence[str], width: int) -> float:
    windows = [{w for w in words[at : at + width] if w in ORDER} for at in range(len(words))]
    return max((sum(WEIGHTS[ORDER[w]] for w in window) for window in windows), default=0.0)


@given(TEXTS)
def test_each_chunk_is_counted_as_if_it_stood_alone(texts: list[str]) -> None:
    standing = Standing.of(texts, ORDER)
    split = [text.split() for text in texts]
    assert standing.lengths.tolist() == [len(words) for words in split]
    assert standing.often.tolist() == [[words.count(term) for term in ORDER] for words in split]
    for width, found in zip((2, 5), standing.densest(WEIGHTS, 2, 5), strict=True):
        assert found.tolist() == [densest(words, width) for words in split]
    has, _ = standing.beside_numbers({"7"}, 3)
    assert has.tolist() == ["12" in words for words in split]


def test_pairs_stand_together_and_in_the_order_of_the_question() -> None:
    texts = ["annual leave", "leave annual", "annual of of of leave", "annual", "leave of the"]
    standing = Standing.of(texts, ORDER)
    assert standing.pairs(close=True)[:, 0].tolist() == [True, False, False, False, False]
    assert standing.pairs(close=False)[:, 0].tolist() == [True, False, True, False, False]


def test_terms_beside_a_number_are_those_of_its_own_chunk() -> None:
    texts = ["annual leave 12", "12 of", "annual leave of of of of 12", "annual leave"]
    has, most = Standing.of(texts, ORDER).beside_numbers((), 2)
    assert has.tolist() == [True, True, True, False]
    assert most.tolist() == [2.0, 0.0, 0.0, 0.0]
