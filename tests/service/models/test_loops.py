"""A model that repeats itself is noticed; prose, lists and tables are not."""

from __future__ import annotations

import pytest

from service.models.loops import Loops
from tests.fakes.library import LEAVE, LIVE, ZH


def read(text: str, size: int = 7) -> int | None:
    """How many characters were read when a loop was noticed; None where none was."""
    loops = Loops()
    for at in range(0, len(text), size):
        if loops.after(text[at : at + size]):
            return at + size
    return None


@pytest.mark.parametrize(
    "again",
    ["a", "\n", "and so on ", "没有。", "Traffic has peaked [1]. ", f"{LIVE} "[:390], "| 1 | 2 |\n", "1: yes\n"],
)
@pytest.mark.parametrize("before", ["", LEAVE, "The return rate of live orders reached 31.4% [1]. "])
def test_a_loop_is_noticed_soon(again: str, before: str) -> None:
    noticed = read(before + again * 3000)
    assert noticed is not None
    assert noticed <= len(before) + max(4 * len(again), 200) + 48


@pytest.mark.parametrize(
    "text",
    [
        LIVE * 3,
        ZH * 3,
        "Traffic has peaked [1]. " * 3,
        "".join(f"{n}. The rate was {n * 3 % 17}% in {2000 + n} [1].\n" for n in range(60)),
        "| year | rate |\n|------|------|\n" + "".join(f"| {n} | {n * 7 % 31} |\n" for n in range(1990, 2030)),
        "-" * 120,
        "哈" * 100,
    ],
)
def test_prose_is_no_loop(text: str) -> None:
    assert read(text) is None
