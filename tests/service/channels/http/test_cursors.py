"""Cursors: opaque, good for one listing alone, worth nothing once changed."""

from __future__ import annotations

import pytest
from fastapi.exceptions import RequestValidationError

from service.channels.http.cursors import cursor_of, place_in


@pytest.mark.parametrize("place", [0, 7, "parental-leave", "board/minutes 1", "年报", "a" * 200])
def test_a_cursor_leads_back_to_its_place(place: str | int) -> None:
    cursor = cursor_of("articles", place)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert place_in("articles", cursor) == place


def test_no_cursor_is_the_first_page() -> None:
    assert place_in("articles", None) is None


@pytest.mark.parametrize("bad", ["", "!!", "/w==", "AAAAAAAA", "é", "\ud800"])
def test_what_no_listing_gave_is_refused(bad: str) -> None:
    with pytest.raises(RequestValidationError):
        place_in("articles", bad)


def test_a_changed_cursor_and_that_of_another_listing_are_refused() -> None:
    cursor = cursor_of("articles", "b")
    with pytest.raises(RequestValidationError):
        place_in("jobs", cursor)
    for at in range(len(cursor)):
        changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        with pytest.raises(RequestValidationError):
            place_in("articles", changed)
