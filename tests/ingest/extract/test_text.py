import pytest

from ingest.errors import PermanentError
from ingest.extract.text import extract


def lines(data: bytes) -> list[str]:
    draft = extract(data, "a.txt")
    assert {b.kind for b in draft.blocks} == {"line"}
    return [b.text for b in draft.blocks]


def test_physical_lines_are_kept_as_they_are_with_empty_ones() -> None:
    assert lines(b"One\n\n  Two  \nThree\n") == ["One", "", "  Two  ", "Three"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\u2029", "\x85", "\v"])
def test_every_line_end_is_one(end: str) -> None:
    assert lines(f"One{end}Two{end}{end}Three".encode()) == ["One", "Two", "", "Three"]


def test_a_form_feed_separates_like_an_empty_line() -> None:
    assert lines(b"End of page\fNext page") == ["End of page", "", "Next page"]


def test_the_byte_order_mark_is_no_text() -> None:
    assert lines("首行\n".encode("utf-8-sig")) == ["首行"]
    assert lines("首行\n".encode("utf-16")) == ["首行"]


def test_white_space_alone_is_refused() -> None:
    with pytest.raises(PermanentError, match=r"^a\.txt holds no text\. .+\.$"):
        extract("\n \t\u3000\n".encode(), "a.txt")
