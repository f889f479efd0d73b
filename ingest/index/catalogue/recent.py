"""Articles that were read lately, so that the next question does not read and decode them again."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Connection

from ingest.article import Article, Page, Section
from ingest.index.driver import fetched, listed

# Characters of text kept; a longer text is read each time.
_MOST, _LONGEST = 12_000_000, 500_000
_SERVED = (
    "SELECT v.article_id, v.title, v.text, v.language, a.uri, v.author, v.published_at, v.url, "
    "v.groups, v.sections, v.pages, v.metadata FROM articles a "
    "JOIN versions v ON v.article_id = a.id AND v.number = a.version WHERE a.id IN (SELECT value FROM json_each(?))"
)
_Key = tuple[str, int, str]


class RecentArticles:
    """By article, version and address: a version never changes, and who may read it is asked elsewhere, each time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, Article] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def read(self, connection: Connection, served: Mapping[str, tuple[int, str]]) -> dict[str, Article]:
        """Articles by id; `served` are the versions and addresses that `connection` sees."""
        keys = {i: (i, *rest) for i, rest in served.items()}
        with self._lock:
            found = {i: self._kept[key] for i, key in keys.items() if key in self._kept}
            for i in found:
                self._kept.move_to_end(keys[i])
        fresh = dict(_read(connection, [i for i in served if i not in found]))
        with self._lock:
            for i, article in fresh.items():
                if len(article.text) <= _LONGEST and keys[i] not in self._kept:
                    self._kept[keys[i]] = article
                    self._held += len(article.text)
            while self._held > _MOST:
                self._held -= len(self._kept.popitem(last=False)[1].text)
        return found | fresh


def _read(connection: Connection, wanted: Sequence[str]) -> Iterator[tuple[str, Article]]:
    for row in fetched(connection, _SERVED, listed(wanted)) if wanted else ():
        name, title, text, language, uri, author, published_at, url, groups, sections, pages, metadata = row
        yield (
            name,
            Article(
                name, title, text, language, uri, author, published_at, url,
                _groups(groups),
                tuple(Section(*s) for s in json.loads(sections)) if sections != "[]" else (),
                tuple(Page(*p) for p in json.loads(pages)) if pages != "[]" else (),
                json.loads(metadata) if metadata != "{}" else {},
            ),
        )  # fmt: skip


@lru_cache(maxsize=1024)
def _groups(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written))
