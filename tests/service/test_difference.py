"""What became of a quote in a later version."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.difference import Difference, difference

OLD = "Travel\n\nThe manager approves travel up to 500 euros.\n\nClaims are due by the 10th."


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (f"Preface\n\n{OLD}", Difference(stands=(17, 61))),
        (
            OLD.replace("500", "800"),
            Difference(
                before=("The manager approves travel up to 500 euros.",),
                after=("The manager approves travel up to 800 euros.",),
            ),
        ),
        ("Travel\n\nClaims are due by the 10th.", Difference(before=("The manager approves travel up to 500 euros.",))),
        (
            "",
            Difference(
                before=("Travel", "The manager approves travel up to 500 euros.", "Claims are due by the 10th.")
            ),
        ),
    ],
)
def test_a_quote_stands_is_replaced_or_is_gone(new: str, expected: Difference) -> None:
    start = OLD.index("The manager")
    assert difference(OLD, new, start, start + 44) == expected


def test_of_two_places_the_nearer_one_is_meant() -> None:
    text = "Ask HR.\n\nWait a week.\n\nAsk HR."
    assert difference(text, text, 23, 30).stands == (23, 30)


@given(st.text(alphabet="ab \n", max_size=80), st.text(alphabet="ab \n", max_size=80), st.data())
def test_where_it_stands_it_stands_word_for_word(old: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    found = difference(old, new, start, end)
    if found.stands is not None:
        assert new[slice(*found.stands)] == old[start:end]


def test_long_texts_take_little_time() -> None:
    old = "\n\n".join(f"Paragraph {n} is here." for n in range(20_000))
    new = "\n\n".join(f"Paragraph {n} was here." for n in range(20_000))
    began = time.thread_time()
    found = difference(old, new, 0, 20)
    assert time.thread_time() - began < 2
    assert found.before == ("Paragraph 0 is here.",)
