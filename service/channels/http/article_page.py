"""The page a citation opens: the article, its exact quote marked."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote as quoted

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from ingest.index import Catalogue
from service.channels.http.blocks import blocks_of
from service.channels.http.deps import Service, Shown
from service.channels.http.page import direction, page
from service.channels.http.reading import PARAMETER, let_in, reading
from service.difference import difference
from service.errors import NotFound
from service.identity import Identity
from service.opened import open_article

router = APIRouter(tags=["pages"])


@router.head("/articles/{article_id:path}", include_in_schema=False)
@router.get("/articles/{article_id:path}", response_class=HTMLResponse, dependencies=[Shown])
async def article_page(
    article_id: str,
    request: Request,
    running: Service,
    version: Annotated[str | None, Query(description="A version that an answer cites.")] = None,
    start: Annotated[str | None, Query(description="First character of the quote.")] = None,
    end: Annotated[str | None, Query(description="Character after its last.")] = None,
    given: Annotated[
        str | None,
        Query(alias=PARAMETER, description="Of `POST /v1/widget/passes`: opens the page in a tab that shows no token."),
    ] = None,
) -> Response:
    """Show an article, with the characters `start` to `end` marked; a link ends with `#quote` to go there."""
    if given is not None:
        return await let_in(request, running, given)
    asker = await reading(request, running)
    return await run_in_threadpool(_page, running.index.catalogue, asker, article_id, version, start, end)


def _page(
    catalogue: Catalogue, asker: Identity, article_id: str, version: str | None, start: str | None, end: str | None
) -> HTMLResponse:
    try:
        if version is not None and _number(version) is None:
            raise NotFound("There is no such version.")
        opened = open_article(catalogue, asker, article_id, _number(version))
    except NotFound:
        return page("missing", 404)
    article = opened.article
    span = _span(article.text, start, end)
    blocks = list(blocks_of(article, span))
    base = f"/articles/{quoted(article.id, safe='')}"
    changed = opened.current is not None and opened.version < opened.current
    now = catalogue.article(article_id, groups=asker.groups) if changed and span else None
    became = difference(article.text, now.text, *span) if now is not None and span else None
    return page(
        "article",
        article=article,
        direction=direction(article.language),
        original=article.url if (article.url or "").startswith(("http://", "https://")) else None,
        titled=blocks[:1] if blocks and blocks[0].level == 1 else [],
        blocks=blocks[1:] if blocks and blocks[0].level == 1 else blocks,
        version=opened.version,
        removed=opened.current is None,
        removed_on=(catalogue.removed_at(article_id) or "")[:10],
        changed=changed,
        became=became,
        current_link=f"{base}?start={became.stands[0]}&end={became.stands[1]}#quote"
        if became and became.stands
        else base,
        misplaced=span is None and (start is not None or end is not None),
    )


def _number(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 10 else None


def _span(text: str, start: str | None, end: str | None) -> tuple[int, int] | None:
    """The characters to mark; None where the address names none that the text has."""
    a, b = _number(start), _number(end)
    if a is None or b is None or not a < b <= len(text) or not text[a:b].strip():
        return None
    return a, b
