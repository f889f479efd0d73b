"""A citation on its own, by the id that an answer gave it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from service.channels.http.deps import Asker, Service
from service.channels.http.page import page
from service.conversations.citations import OpenedCitation, open_citation
from service.errors import NotFound

router = APIRouter(tags=["citations"])

CitationId = Annotated[str, Field(max_length=100, description="`id` of a citation of an answer.")]


@router.get("/v1/citations/{citation_id}")
def get_citation(citation_id: CitationId, running: Service, asker: Asker) -> OpenedCitation:
    """Open a citation: the quote as it stood, what stood around it, and what has become of it since.

    It opens for ever, also when the answer was deleted, for whoever may read the article.
    """
    return open_citation(running.conversations, citation_id, asker, running.settings.public_url)


@router.head("/c/{citation_id}", include_in_schema=False, response_model=None)
@router.get("/c/{citation_id}", include_in_schema=False, response_model=None)
def follow_citation(citation_id: CitationId, running: Service, asker: Asker) -> RedirectResponse | HTMLResponse:
    """Go to the article's page, where the quote is marked: a short link for people."""
    try:
        found = open_citation(running.conversations, citation_id, asker)
    except NotFound:
        return page("missing", 404)
    return RedirectResponse(found.link, 302)
