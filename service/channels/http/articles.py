"""The articles that questions are asked of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ingest.article import Page, Section
from service.channels.http.cursors import Cursor, cursor_of, place_in
from service.channels.http.deps import Asker, Catalogue
from service.opened import open_article

router = APIRouter(prefix="/v1/articles", tags=["articles"])


class ArticleLine(BaseModel):
    """An article in a listing."""

    id: str
    title: str
    language: str
    author: str | None
    published_at: str | None
    url: str | None
    version: int


class ArticleList(BaseModel):
    """Articles by id; `next_cursor` is null on the last page."""

    articles: list[ArticleLine]
    next_cursor: str | None


class ArticleText(ArticleLine):
    """A version of an article: the text that quotes are characters `start` to `end` of."""

    current_version: int | None
    removed: bool
    text: str
    sections: list[Section]
    pages: list[Page]


@router.get("")
def list_articles(
    catalogue: Catalogue,
    asker: Asker,
    limit: Annotated[int, Query(ge=1, le=200, description="Most articles.")] = 50,
    cursor: Cursor = None,
) -> ArticleList:
    """List the articles that search sees."""
    place = place_in("articles", cursor)
    found = catalogue.listed(asker.groups, limit + 1, place if isinstance(place, str) else None)
    more = len(found) > limit
    return ArticleList(
        articles=[
            ArticleLine(
                id=a.id,
                title=a.title,
                language=a.language,
                author=a.author,
                published_at=a.published_at,
                url=a.url,
                version=a.version,
            )
            for a in found[:limit]
        ],
        next_cursor=cursor_of("articles", found[limit - 1].id) if more else None,
    )


@router.get("/{article_id:path}")
def get_article(
    article_id: str,
    catalogue: Catalogue,
    asker: Asker,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="A version that an answer cites.")] = None,
) -> ArticleText:
    """Get an article's text, with its sections and pages. Old versions stay, so that old quotes can be checked."""
    opened = open_article(catalogue, asker, article_id, version)
    article = opened.article
    return ArticleText(
        id=article.id,
        title=article.title,
        language=article.language,
        author=article.author,
        published_at=article.published_at,
        url=article.url,
        version=opened.version,
        current_version=opened.current,
        removed=opened.current is None,
        text=article.text,
        sections=list(article.sections),
        pages=list(article.pages),
    )
