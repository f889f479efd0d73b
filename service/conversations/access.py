"""Which turns exist for whom: whose they are, whom their articles are open to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, or_, select, true

from ingest.index import Catalogue
from ingest.index.schema import versions
from service.conversations.schema import answers
from service.conversations.turn import Turn
from service.identity.identity import EVERYTHING, Identity, personal

Names = Collection[str | None]
# Who can read the files of the data folder anyway.
OWNER = Identity(scopes=EVERYTHING, owner=True)
_AT_ONCE = 500


def names_of(asker: Identity) -> Names | None:
    """The askers whose turns may be theirs to see: their own and nobody's; None for everyone's."""
    return None if asker.owner or "admin" in asker.scopes else {None, personal(asker.name)}


def asked_by(names: Names | None) -> ColumnElement[bool]:
    """That one of these asked; None stands for everyone."""
    if names is None:
        return true()
    named = answers.c.asker.in_([n for n in names if n is not None])
    return or_(named, answers.c.asker.is_(None)) if None in names else named


def within(asked: Collection[str], groups: Collection[str] | None) -> bool:
    """Whether who asked could read no more than these groups can; what was asked for no group is nobody's."""
    return groups is None or (bool(asked) and set(groups).issuperset(asked))


class Access:
    """Knows which articles are open to whom."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def open_to(self, turns: Sequence[Turn], groups: Collection[str] | None) -> list[Turn]:
        """Those asked within the groups whose articles are all open to them: closing an article closes its quotes."""
        if groups is None:
            return list(turns)
        asked = [t for t in turns if within(t.groups, groups)]
        readable = self.readable({a for t in asked for a in t.articles()}, groups)
        return [t for t in asked if t.articles() <= readable]

    def readable(self, article_ids: Iterable[str], groups: Collection[str]) -> frozenset[str]:
        """Those articles whose newest version, removed or not, is open to one of the groups."""
        ids, theirs = list(article_ids), set(groups)
        newest: dict[str, list[str]] = {}
        with self._catalogue.reading() as connection:
            for at in range(0, len(ids), _AT_ONCE):
                query = select(versions.c.article_id, versions.c.groups).order_by(versions.c.number)
                found = connection.execute(query.where(versions.c.article_id.in_(ids[at : at + _AT_ONCE])))
                newest |= {row.article_id: row.groups for row in found}
        return frozenset(i for i, named in newest.items() if theirs & set(named))
