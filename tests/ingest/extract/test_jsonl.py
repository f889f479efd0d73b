import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from ingest.errors import PermanentError
from ingest.extract.jsonl import ReadyArticle, read_jsonl


def read(data: bytes) -> list[ReadyArticle | PermanentError]:
    return list(read_jsonl(io.BytesIO(data), "articles.jsonl"))


def line(**fields: Any) -> bytes:
    return json.dumps({"id": "a1", "text": "Some text."} | fields).encode() + b"\n"


def error(data: bytes) -> str:
    (only,) = read(data)
    assert isinstance(only, PermanentError)
    return str(only)


def test_a_full_record() -> None:
    record = {
        "id": " a1 ", "title": "T", "text": "Body.\n\nMore.", "url": "https://x.example/a",
        "published_at": "2024-05-06T10:00Z", "author": "Ann Lee", "lang": "en", "groups": ["staff", "legal", "staff"],
        "anything": {"else": 1},
    }  # fmt: skip
    assert read(json.dumps(record).encode()) == [
        ReadyArticle(
            id="a1", title="T", text="Body.\n\nMore.", url="https://x.example/a", published_at="2024-05-06",
            author="Ann Lee", lang="en", groups=("staff", "legal"), line=1,
        )
    ]  # fmt: skip


def test_absent_null_and_blank_are_all_none() -> None:
    for fields in ({}, dict.fromkeys(["title", "url", "published_at", "author", "lang"]), {"url": "", "title": " "}):
        assert read(line(**fields)) == [ReadyArticle(id="a1", text="Some text.", line=1)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"text": "x"}', "id is missing."),
        (line(id=7), "id must be text in quotes, but it is a number."),
        (line(id=True), "id must be text in quotes, but it is true or false."),
        (line(id=" "), "id is blank."),
        (line(id="a\u0000b"), "id has characters that cannot be printed."),
        (b'{"id": "a"}', "text is missing."),
        (line(text=None), "text must be text in quotes, but it is null."),
        (line(text=["x"]), "text must be text in quotes, but it is a list."),
        (line(text="\n \t"), "text is blank."),
        (line(title=3), "title must be text in quotes"),
        (line(url="javascript:alert(1)"), "url must begin with http:// or https://"),
        (line(published_at="yesterday"), "published_at must be a date like 2024-05-31."),
        (line(groups="staff"), 'groups must list the names of groups, like ["staff"].'),
        (line(groups=None), "groups must list"),
        (line(groups=[]), "groups must list"),
        (line(groups=["staff", ""]), "groups must list"),
        (b"{broken", "the line is not valid JSON."),
        (b"[" * 100_000, "the line is not valid JSON."),
        (b'"just text"', "the line is text in quotes. Write an object like"),
        (b"null", "the line is null."),
        (b'{"id": "a", "text": "\xff\xfe"}', "the line is not UTF-8."),
        ("[]".encode("utf-16"), "the file is UTF-16. Save it as UTF-8."),
        (b"[\n{},\n{}\n]\n", "the file is one JSON list."),
    ],
)
def test_each_fault_is_one_clear_sentence(data: bytes, said: str) -> None:
    message = error(data)
    assert message.startswith(f"articles.jsonl, line 1: {said}") and message.endswith(".")


def test_a_broken_line_stops_nothing_and_is_counted_with_blank_ones() -> None:
    got = read(
        b"\xef\xbb\xbf" + line(id="a") + b"\n" + b"oops\r\n" + line(id="b").rstrip() + b"\r\n\n" + line(id="c").rstrip()
    )
    assert [g.id if isinstance(g, ReadyArticle) else str(g).split(":")[0] for g in got] == [
        "a",
        "articles.jsonl, line 3",
        "b",
        "c",
    ]
    assert [g.line for g in got if isinstance(g, ReadyArticle)] == [1, 4, 6]


def test_half_a_surrogate_becomes_the_replacement_character() -> None:
    (got,) = read(b'{"id": "a", "text": "cut \\ud83d", "title": "ok \\ud83d\\ude00"}')
    assert isinstance(got, ReadyArticle)
    assert got.text == "cut \ufffd" and got.title == "ok 😀"


def test_gzip_is_known_by_its_first_bytes_and_its_damage_is_reported() -> None:
    lines = b"".join(line(id=str(n), text=f"Text {n * 7919 % 1009} " * 20) for n in range(500))
    packed = gzip.compress(lines)
    assert [g.id for g in read(packed) if isinstance(g, ReadyArticle)] == [str(n) for n in range(500)]
    cut = read(packed[: len(packed) // 2])
    assert isinstance(cut[-1], PermanentError) and "the gzip archive is damaged from here on." in str(cut[-1])
    assert all(isinstance(g, ReadyArticle) for g in cut[:-1])


def test_the_stream_stays_open_and_an_empty_one_yields_nothing() -> None:
    stream = io.BytesIO(b"")
    assert list(read_jsonl(stream, "a.jsonl")) == []
    assert not stream.closed


class Endless(io.RawIOBase):
    """Many lines that exist only while they are read."""

    def __init__(self, count: int) -> None:
        self.lines = (line(id=str(n), text="x" * 500) for n in range(count))
        self.rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while len(self.rest) < len(buffer) and (more := next(self.lines, b"")):
            self.rest += more
        taken, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def test_memory_stays_flat() -> None:
    records: Iterator[ReadyArticle | PermanentError] = read_jsonl(Endless(20_000), "a.jsonl")  # type: ignore[arg-type]
    next(records)
    tracemalloc.start()
    count = sum(1 for _ in records)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 19_999 and peak < 1_000_000
