"""Sources listed in a file, `sources.toml`: where articles come from, who may read them, and how often to look."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ingest.errors import SettingsError
from ingest.index import Catalogue
from ingest.settings import IngestSettings
from ingest.sources.base import Source

if TYPE_CHECKING:
    from ingest.sources.web.fetch import Fetcher

ON_DISK = ("folder", "file")
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_EVERY = re.compile(r"([1-9]\d{0,5})([mhdw])")
_FEED = re.compile(r"(feed|rss|atom|feeds|index)\.(xml|rss|atom)|feed|rss|atom|.*\.(rss|atom)")
_PLACE = re.compile(r"at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class ListedSource:
    """One entry; `address` is an absolute path or a web address, `every` the seconds between two looks."""

    kind: str
    address: str
    groups: tuple[str, ...] = ()
    every: int | None = None
    name: str = ""

    @property
    def key(self) -> str:
        """The key of its `Source`."""
        return self.address

    def with_groups(self, groups: Sequence[str]) -> ListedSource:
        """The same for these groups; none leaves its own."""
        return replace(self, groups=tuple(groups) or self.groups)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "groups": list(self.groups)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> ListedSource:
        """The entry that `as_json` gave; an unknown kind is a KeyError where its source is made."""
        return cls(given["kind"], given["address"], tuple(given["groups"]), given["every"], given["name"])


def read_listed(path: Path) -> list[ListedSource]:
    """The entries of a file, in its order; relative paths are seen from its folder.

    Raises:
        SettingsError: the file cannot be read, or an entry is wrong; the message names both.
    """
    document = _document(path)
    for name in document:
        if name != "source":
            raise SettingsError(f"{path}: {name} is not known here. Each source is a table [[source]].")
    tables = document.get("source", [])
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise SettingsError(f"{path}: a source begins with [[source]], in double brackets.")
    if not tables:
        raise SettingsError(
            f"{path} lists no source: add a table [[source]] with a folder, file, page, sitemap or feed."
        )
    found: list[ListedSource] = []
    for number, table in enumerate(tables, 1):
        where = f"{path}, entry {number}"
        entry = _entry(table, where, path.parent)
        for other, earlier in enumerate(found, 1):
            _keep_apart(entry, earlier, where, other)
        found.append(entry)
    return found


def named(given: str, groups: Sequence[str] = ()) -> ListedSource:
    """What a command names: a file, a folder, or a web address, whose last part tells sitemaps and feeds from pages."""
    if given.startswith(("https://", "http://")):
        last = urlsplit(given).path.rstrip("/").rpartition("/")[2].lower()
        kind = "sitemap" if "sitemap" in last else "feed" if _FEED.fullmatch(last) else "page"
        return ListedSource(kind, given, tuple(groups), None, given)
    kind = "folder" if os.path.isdir(given) else "file"  # noqa: PTH112 - a name that is too long is no exception here
    return ListedSource(kind, _absolute(Path(given)), tuple(groups), None, given)


def sources_from(listed: Iterable[Mapping[str, Any]], settings: IngestSettings) -> Iterator[Source]:
    """The sources of entries as `as_json` gives them; those of the web share one fetcher."""
    fetcher: Fetcher | None = None
    for given in listed:
        one = ListedSource.from_json(given)
        if one.kind not in ON_DISK and fetcher is None:
            fetcher = _fetcher_of(settings)
        yield source_of(one, settings, fetcher)


def source_of(listed: ListedSource, settings: IngestSettings, fetcher: Fetcher | None = None) -> Source:
    """The source itself; `fetcher` where several sources of the web are to share one."""
    return _SOURCES[listed.kind](listed, settings, fetcher)


def due(listed: ListedSource, catalogue: Catalogue, now: datetime) -> bool:
    """Whether it is time to look again. A last run in the future, of a clock that was set back, says nothing."""
    last = catalogue.last_run(listed.key)
    if last is None:
        return True
    ago = (now - datetime.fromisoformat(last)).total_seconds()
    return ago < 0 or (listed.every is not None and ago >= listed.every)


def _folder(listed: ListedSource, _settings: IngestSettings, _fetcher: Fetcher | None) -> Source:
    from ingest.sources.folder import FolderSource

    return FolderSource(Path(listed.address), listed.groups)


def _page(listed: ListedSource, settings: IngestSettings, fetcher: Fetcher | None) -> Source:
    from ingest.sources.web.page import PageSource

    return PageSource(fetcher or _fetcher_of(settings), listed.address, groups=listed.groups)


def _sitemap(listed: ListedSource, settings: IngestSettings, fetcher: Fetcher | None) -> Source:
    from ingest.sources.web.sitemap import SitemapSource

    return SitemapSource(fetcher or _fetcher_of(settings), listed.address, groups=listed.groups)


def _feed(listed: ListedSource, settings: IngestSettings, fetcher: Fetcher | None) -> Source:
    from ingest.sources.web.feed import FeedSource

    return FeedSource(fetcher or _fetcher_of(settings), listed.address, groups=listed.groups)


def _fetcher_of(settings: IngestSettings) -> Fetcher:
    from ingest.sources.web.fetch import Fetcher

    return Fetcher(settings.web)


_SOURCES: Mapping[str, Callable[[ListedSource, IngestSettings, Fetcher | None], Source]] = {
    "folder": _folder,
    "file": _folder,
    "page": _page,
    "sitemap": _sitemap,
    "feed": _feed,
}
_KEYS = (*_SOURCES, "groups", "every", "name")


def _document(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not text in UTF-8: save it as that.") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = place[1] if place else str(len(text.splitlines()) or 1)
        raise SettingsError(
            f"{path}, line {line}: this is not TOML. Check quotes, brackets and names given twice there."
        ) from None


def _entry(table: Mapping[str, Any], where: str, folder: Path) -> ListedSource:
    for name in table:
        if name not in _KEYS:
            near = difflib.get_close_matches(name, _KEYS, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(_KEYS)}."
            raise SettingsError(f"{where}: {name} is not known here. {hint}")
    kinds = [kind for kind in _SOURCES if kind in table]
    if len(kinds) != 1:
        given = f"has {' and '.join(kinds)}" if kinds else "says not where it is"
        raise SettingsError(f"{where} {given}: it needs exactly one of {', '.join(_SOURCES)}.")
    kind = kinds[0]
    address = _text(table, kind, where)
    if kind in ON_DISK:
        address = _absolute(folder / Path(address).expanduser())
    elif not address.startswith(("https://", "http://")):
        raise SettingsError(f"{where}: {kind} = {address!r} is no web address: it begins with https:// or http://.")
    return ListedSource(
        kind,
        address,
        tuple(_groups(table, where)),
        _seconds(table, where),
        _text(table, "name", where) if "name" in table else table[kind].strip(),
    )


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    value = table[name]
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise SettingsError(f"{where}: {name} has to be a text in quotes that is not empty.")
    return value.strip()


def _groups(table: Mapping[str, Any], where: str) -> Iterator[str]:
    groups = table.get("groups")
    if groups is None:
        return
    if not isinstance(groups, list) or not all(isinstance(g, str) and g.strip() for g in groups):
        raise SettingsError(f'{where}: groups has to be a list of names, as in groups = ["staff"].')
    if not groups:
        raise SettingsError(f"{where}: groups is empty. Name who may read the articles, or leave groups out.")
    yield from dict.fromkeys(g.strip() for g in groups)


def _seconds(table: Mapping[str, Any], where: str) -> int | None:
    every = table.get("every")
    if every is None:
        return None
    parts = _EVERY.fullmatch(every) if isinstance(every, str) else None
    if parts is None:
        raise SettingsError(
            f"{where}: every = {every!r} is no schedule. Write a number and m, h, d or w for minutes, hours, days or "
            'weeks, as in every = "6h".'
        )
    return int(parts[1]) * _UNITS[parts[2]]


def _keep_apart(entry: ListedSource, earlier: ListedSource, where: str, number: int) -> None:
    """An article that two sources have would go in twice, for other readers each time."""
    if (entry.kind in ON_DISK) != (earlier.kind in ON_DISK):
        return
    ours, theirs = _place(entry), _place(earlier)
    if ours == theirs:
        raise SettingsError(f"{where}: {entry.name} is entry {number} already. Take one of them out.")
    if entry.kind in ON_DISK and (ours.startswith(theirs + os.sep) or theirs.startswith(ours + os.sep)):
        raise SettingsError(
            f"{where}: {entry.name} and {earlier.name} (entry {number}) lie one in the other, so articles would be "
            "read twice. List the parts beside each other."
        )


def _place(listed: ListedSource) -> str:
    return os.path.realpath(listed.address).rstrip(os.sep) if listed.kind in ON_DISK else listed.address


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - keeps links' names
