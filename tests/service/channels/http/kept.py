"""A service whose askers have names, for tests of what is kept."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from ingest.index import Catalogue
from service.identity.key_store import KeyStore
from tests.service.channels.http.conftest import Shelf

FIRST = "How long is parental leave at full pay?"
Headers = dict[str, str]


def key(shelf: Shelf, *groups: str, scopes: tuple[str, ...] = ("ask",)) -> Headers:
    """What someone with a new key shows."""
    catalogue = Catalogue(shelf.settings.data)
    try:
        return {"Authorization": f"Bearer {KeyStore(catalogue).create('test', scopes, groups or ('public',))[1]}"}
    finally:
        catalogue.close()


def asked(
    client: TestClient, question: str = FIRST, headers: Headers | None = None, conversation: str | None = None
) -> dict[str, Any]:
    """The answer, which has to be one."""
    body = {"question": question, "conversation_id": conversation}
    told = client.post("/v1/ask", json=body, headers=headers or {})
    assert told.status_code == 200, told.text
    answer: dict[str, Any] = told.json()
    return answer
