"""Articles that are ready: one JSON object a line, plain or gzip, read as a stream.

A broken line is an error of its own, handed out in its place; the lines after it still come.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from ingest.errors import PermanentError
from ingest.extract.dates import iso_date
from ingest.extract.stated import web_address

MAX_LINE = 64 * 1024 * 1024
_TYPES = {
    str: "text in quotes",
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "an object",
    list: "a list",
}


@dataclass(frozen=True, slots=True)
class ReadyArticle:
    """One line: an article whose text needs no extracting. `line` is where it stood, for messages."""

    id: str
    text: str
    line: int
    title: str | None = None
    url: str | None = None
    published_at: str | None = None
    author: str | None = None
    lang: str | None = None
    groups: tuple[str, ...] = ()


def read_jsonl(stream: BinaryIO, name: str) -> Iterator[ReadyArticle | PermanentError]:
    """Each line as an article, or as the error that names the file, the line and what to mend."""
    buffered = io.BufferedReader(cast(io.RawIOBase, stream))
    try:
        zipped = buffered.peek(2)[:2] == b"\x1f\x8b"
        lines = cast(BinaryIO, gzip.GzipFile(fileobj=buffered)) if zipped else buffered
        yield from _read_lines(lines, name)
    finally:
        buffered.detach()  # the stream is the caller's to close


def _read_lines(lines: BinaryIO, name: str) -> Iterator[ReadyArticle | PermanentError]:
    number = 0
    while True:
        number += 1
        try:
            raw = lines.readline(MAX_LINE)
            long = len(raw) == MAX_LINE and not raw.endswith(b"\n")
            while long and (rest := lines.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
        except (EOFError, OSError, zlib.error):
            yield _error(name, number, "the gzip archive is damaged from here on. Compress the file again.")
            return
        if not raw:
            return
        if number == 1 and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            yield _error(name, 1, "the file is UTF-16. Save it as UTF-8.")
            return
        if long:
            yield _error(name, number, f"the line is longer than {MAX_LINE // 1024 // 1024} MB. Split the article.")
        elif number == 1 and raw.strip() == b"[":
            yield _error(
                name, 1, "the file is one JSON list. Write one object on each line, without the list around them."
            )
            return
        elif raw.strip():
            yield _read_line(raw, name, number)


def _read_line(raw: bytes, name: str, number: int) -> ReadyArticle | PermanentError:
    try:
        value = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        return _error(name, number, "the line is not UTF-8. Save the file as UTF-8.")
    except (ValueError, RecursionError):
        return _error(name, number, "the line is not valid JSON. Write one whole object on each line.")
    if not isinstance(value, dict):
        return _error(name, number, f'the line is {_said(value)}. Write an object like {{"id": "a1", "text": "…"}}.')
    try:
        return ReadyArticle(
            id=_identity(value),
            text=_required(value, "text"),
            line=number,
            title=_optional(value, "title"),
            url=_address(value),
            published_at=_date(value),
            author=_optional(value, "author"),
            lang=_optional(value, "lang"),
            groups=_groups(value),
        )
    except ValueError as problem:
        return _error(name, number, str(problem))


def _error(name: str, number: int, problem: str) -> PermanentError:
    return PermanentError(f"{name}, line {number}: {problem}")


def _said(value: object) -> str:
    return next((words for kind, words in _TYPES.items() if isinstance(value, kind)), "null")


def _required(record: dict[str, object], field: str) -> str:
    if field not in record:
        raise ValueError(f"{field} is missing. Every article needs one.")
    value = record[field]
    if not isinstance(value, str):
        raise ValueError(f"{field} must be text in quotes, but it is {_said(value)}.")
    if not value.strip():
        raise ValueError(f"{field} is blank. Every article needs one.")
    return _whole(value)


def _identity(record: dict[str, object]) -> str:
    value = _required(record, "id").strip()
    if not value.isprintable() or "\ufffd" in value:
        raise ValueError("id has characters that cannot be printed. Use letters, digits and punctuation.")
    return value


def _optional(record: dict[str, object], field: str) -> str | None:
    """Absent, null and blank all mean that there is none; exports write any of them."""
    value = record.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{field} must be text in quotes, but it is {_said(value)}.")
    return _whole(value).strip() or None


def _whole(value: str) -> str:
    """Half a surrogate pair, left where an export cut an emoji, cannot be stored anywhere."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _address(record: dict[str, object]) -> str | None:
    value = _optional(record, "url")
    if value is not None and web_address(value) is None:
        raise ValueError("url must begin with http:// or https:// and have no spaces. Leave it out if there is none.")
    return value


def _date(record: dict[str, object]) -> str | None:
    value = _optional(record, "published_at")
    if value is not None and iso_date(value) is None:
        raise ValueError("published_at must be a date like 2024-05-31. Leave it out if it is not known.")
    return iso_date(value)


def _groups(record: dict[str, object]) -> tuple[str, ...]:
    """Who may read the article. Unclear means refused: read as "nobody said", it would become public."""
    if "groups" not in record:
        return ()
    value = record["groups"]
    if not isinstance(value, list) or not value or not all(isinstance(g, str) and g.strip() for g in value):
        raise ValueError(
            'groups must list the names of groups, like ["staff"]. Leave it out if everyone may read the article.'
        )
    return tuple(dict.fromkeys(g.strip() for g in value))
