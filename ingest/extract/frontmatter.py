"""The YAML between two `---` lines at the top of a Markdown file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import yaml

from ingest.errors import PermanentError
from ingest.extract.dates import iso_date
from ingest.extract.stated import web_address

_FENCED = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
_TITLE = ("title",)
_AUTHOR = ("author", "authors")
_DATE = ("date", "published_at", "published", "publish_date", "created")
_URL = ("url", "canonical", "canonical_url", "source", "link")
_LANGUAGE = ("lang", "language")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the top of the file states; `rest` is every other value, as text."""

    title: str | None = None
    author: str | None = None
    published_at: str | None = None
    url: str | None = None
    language: str | None = None
    groups: tuple[str, ...] = ()
    rest: Mapping[str, str] | None = None


def split(text: str, name: str) -> tuple[FrontMatter, str]:
    """The front matter and the Markdown after it; a `---` that fences no settings is only a rule.

    Raises:
        PermanentError: the YAML is broken, or `groups` does not list who may read the article.
    """
    fenced = _FENCED.match(text)
    if fenced is None:
        return FrontMatter(), text
    try:
        # Every scalar stays as it was written: no "no" that becomes False, no alias that unfolds without end.
        values = yaml.load(fenced["yaml"], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2
        raise PermanentError(
            f"{name}, line {line}: the front matter is not valid YAML. Put values with colons or brackets in quotes."
        ) from None
    if values is not None and not isinstance(values, dict):
        return FrontMatter(), text
    return _read(values or {}, name), text[fenced.end() :]


def _read(values: Mapping[object, object], name: str) -> FrontMatter:
    known = {str(k).strip().lower().replace("-", "_"): v for k, v in values.items()}
    published = _take(known, _DATE, iso_date)
    return FrontMatter(
        title=_take(known, _TITLE, _line),
        author=_take(known, _AUTHOR, _line),
        published_at=published,
        url=_take(known, _URL, web_address),
        language=_take(known, _LANGUAGE, _line),
        groups=_groups(known.pop("groups"), name) if "groups" in known else (),
        rest={key: line for key, value in known.items() if (line := _line(value))},
    )


def _take(values: dict[str, object], keys: tuple[str, ...], read: Callable[[object], str | None]) -> str | None:
    """The first of `keys` whose value can be read; values that cannot stay for the metadata."""
    for key in keys:
        if key in values and (found := read(values[key])):
            del values[key]
            return found
    return None


def _line(value: object) -> str | None:
    """A scalar, or a list of scalars, as one line; anything deeper is not kept."""
    scalars = [v for v in value if isinstance(v, str)] if isinstance(value, list) else [value]
    lines = (" ".join(v.split()) for v in scalars if isinstance(v, str))
    return ", ".join(line for line in lines if line) or None


def _groups(value: object, name: str) -> tuple[str, ...]:
    """Who may read the article. Unclear means refused: read as "nobody said", it would become public."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(n, str) and n.strip() for n in names):
        raise PermanentError(
            f"{name}: groups in the front matter must list the names of groups, like [staff, legal]. "
            "Leave it out if everyone may read the article."
        )
    return tuple(dict.fromkeys(n.strip() for n in names))
