"""An article or an old version of it, opened for someone who may see it."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.article import Article
from ingest.index import Catalogue
from service.errors import NotFound
from service.identity import Identity


@dataclass(frozen=True, slots=True)
class Opened:
    """A version of an article; `current` is the one search sees, None once the article was removed."""

    article: Article
    version: int
    current: int | None


def open_article(catalogue: Catalogue, asker: Identity, article_id: str, version: int | None = None) -> Opened:
    """Open the current version, or an old one that an answer cites. Blocking.

    Who may see an article is said by its newest version: closing an article closes its past, too.

    Raises:
        NotFound: there is none, or not for this asker; which of the two is not told.
    """
    current = catalogue.serving(article_id)
    newest = current if current is not None else catalogue.next_version(article_id) - 1
    wanted = version if version is not None else current
    if wanted is not None and wanted <= newest and catalogue.article(article_id, newest, asker.groups) is not None:
        article = catalogue.article(article_id, wanted, asker.groups)
        if article is not None:
            return Opened(article, wanted, current)
    raise NotFound("There is no such article, or it was removed: GET /v1/articles lists what there is.")
