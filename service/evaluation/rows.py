"""Reads JSON Lines of questions or claims, and says of a bad row where it is and what to do."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import FootnoteError


class BadRows(FootnoteError):
    """A file of questions or claims cannot be used; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Row:
    """A JSON object, and where it stands; its readers refuse what has another type than they say."""

    values: dict[str, Any]
    file: Path
    line: int

    def text(self, name: str, default: str | None = None) -> str:
        """A string; required where there is no default."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.bad(name, "has to be text" + (" that is not empty" if default is None else ""))
        return value

    def truth(self, name: str, default: bool | None = None) -> bool:
        """True or false; required where there is no default."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, bool):
            raise self.bad(name, "has to be true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A string or a list of strings; empty where there is none."""
        value = self.values.get(name)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.bad(name, "has to be a list of texts")
        return tuple(value)

    def listed(self, name: str) -> list[Any]:
        """A list; empty where there is none."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, list):
            raise self.bad(name, "has to be a list")
        return value or []

    def bad(self, name: str, wrong: str) -> BadRows:
        """What is wrong with a field, as a sentence."""
        there = "" if name in self.values else f", and there is no {name}"
        return BadRows(f"{self.file}, line {self.line}: {name} {wrong}{there}. Correct the row or take it out.")


def read_rows(path: Path) -> Iterator[Row]:
    """Every row of a file of JSON Lines, gzipped or not; blank lines are passed over.

    Raises:
        BadRows: the file cannot be read, or a line is no JSON object.
    """
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _row(path, number, line)
    except UnicodeDecodeError:
        raise BadRows(f"{path} is not UTF-8 after line {number}. Save it as UTF-8.") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BadRows(
            f"{path} is not a whole gzip file. Pack it again, or name it .jsonl if it is not packed."
        ) from None
    except OSError as error:
        raise BadRows(f"{path} cannot be read: {error.strerror}. Check its name and permissions.") from None


def _row(path: Path, number: int, line: str) -> Row:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        said = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deep"
        raise BadRows(f"{path}, line {number} is not JSON ({said}). Each line is one JSON object.") from None
    if not isinstance(values, dict):
        raise BadRows(f'{path}, line {number} is not a JSON object. Each line is one object, as {{"question": …}}.')
    return Row(values, path, number)
