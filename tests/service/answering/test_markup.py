"""Markup and addresses of a model's never reach the reader."""

from __future__ import annotations

import time

import pytest

from service.answering.markup import closed, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See [the page](http://example.org/a_(b)).", "See the page."),
        ("![logo](http://example.org/x.png)Words.", "Words."),
        ("Go to https://example.org/a?b=c, then stop.", "Go to , then stop."),
        ("Go to <https://example.org>.", "Go to ."),
        ("`code` and **bold** and __strong__", "code and bold and strong"),
        ("a snake_case_name and 2 * 3", "a snake_case_name and 2 * 3"),
        ("# A heading\nWords.", "\nWords."),
        ("> quoted", "quoted"),
        ("x < y and y > z", "x < y and y > z"),
        ("<script>alert(1)</script>Words", "alert(1)Words"),
        ("<img src=x onerror=alert(1)", ""),
        ("zero\u200bwidth \u202eturned\u202c", "zerowidth turned"),
        ("[[nested](http://a.b)](http://c.d) end", "nested end"),
        ("[1](http://a.b) stays a marker", "[1] stays a marker"),
    ],
)
def test_words_stay_and_markup_goes(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fine [1", "Fine "),
        ("Fine [1]", "Fine "),
        ("Fine [1] and", "Fine [1] and"),
        ("See [the page](http://exa", "See "),
        ("a < b", "a < b"),
        ("a <b", "a "),
        ("plain", "plain"),
    ],
)
def test_what_is_not_closed_yet_waits(text: str, expected: str) -> None:
    assert closed(text) == expected


@pytest.mark.parametrize("piece", ["[", "](", "<a", "![", "*", "_a", "http://", "[1]", "((", "`", "\n#"])
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    began = time.thread_time()
    plain(piece * 20_000)
    assert time.thread_time() - began < 2
