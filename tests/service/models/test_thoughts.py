from __future__ import annotations

import pytest

from service.models.thoughts import Thoughts


def said(*pieces: str) -> str:
    thoughts = Thoughts()
    return "".join([*(thoughts.without(piece) for piece in pieces), thoughts.end()])


@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("<think>Perhaps 7 days. [1]</think>\n\nIt is 15 days. [2]", "It is 15 days. [2]"),
        ("\n<think>\n也许是 7 天。\n</think>\n是 15 天。[2]", "是 15 天。[2]"),
        ("<think></think>Yes.", "Yes."),
        ("It is 15 days. [2]", "It is 15 days. [2]"),
        ("A tag such as <think> stays. </think>", "A tag such as <think> stays. </think>"),
        ("<thinner> is no thought.", "<thinner> is no thought."),
        ("<thi", "<thi"),
        ("<think>It never ends", ""),
        ("", ""),
    ],
)
def test_thoughts_before_an_answer_are_no_part_of_it(written: str, answer: str, size: int) -> None:
    assert said(*(written[i : i + size] for i in range(0, len(written), size))) == answer


def test_an_answer_is_given_back_as_it_comes() -> None:
    thoughts = Thoughts()
    assert [thoughts.without(p) for p in ("<think>Hm", "m.</think>", "It ", "is.")] == ["", "", "It ", "is."]
