"""A rerank endpoint: in the form of Cohere and Jina, or in that of Text Embeddings Inference."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Literal

import httpx

from service.errors import RerankerUnavailable
from service.retrieval.rerank.base import Scored

Form = Literal["cohere", "tei"]
# A hundred scores and more; endpoints that send the documents back as well fit too.
_MOST_BYTES = 4_000_000
_CONNECTIONS = httpx.Limits(max_connections=8, max_keepalive_connections=8)
_REFUSED = {
    401: "the rerank endpoint refused the key: check FOOTNOTE_RERANK__API_KEY",
    403: "the rerank endpoint refused the key: check FOOTNOTE_RERANK__API_KEY",
    404: "there is no such rerank endpoint or model: check FOOTNOTE_RERANK__URL and FOOTNOTE_RERANK__MODEL",
    413: "the rerank endpoint takes fewer passages at once: lower FOOTNOTE_RERANK__DEPTH",
    429: "the rerank endpoint takes no more requests now",
}
_UNREADABLE = "the rerank endpoint sent something else than a score for each passage"


class HttpReranker:
    """Asks once a question: a second try would come too late."""

    def __init__(self, url: str, form: Form = "cohere", model: str | None = None, key: str | None = None) -> None:
        self._url, self._form, self._model = url, form, model
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(limits=_CONNECTIONS)

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        """See `Reranker.scores`."""
        try:
            body = self._body(self._request(question, texts), within)
        except httpx.TimeoutException:
            raise RerankerUnavailable(f"the rerank endpoint took longer than {within:.3g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            raise RerankerUnavailable("the rerank endpoint did not answer: check FOOTNOTE_RERANK__URL") from None
        return Scored(read(body, len(texts)))

    def _request(self, question: str, texts: Sequence[str]) -> dict[str, Any]:
        if self._form == "tei":
            return {"query": question, "texts": list(texts), "truncate": True}
        return {"model": self._model, "query": question, "documents": list(texts), "top_n": len(texts)}

    def _body(self, request: dict[str, Any], within: float) -> bytes:
        """The answer's bytes. A timeout of httpx is for each read: the sum of them is watched here."""
        ends = time.monotonic() + within
        body = b""
        with self._client.stream("POST", self._url, json=request, headers=self._headers, timeout=within) as answer:
            if answer.status_code != httpx.codes.OK:
                said = f"the rerank endpoint answered with status {answer.status_code}"
                raise RerankerUnavailable(_REFUSED.get(answer.status_code, said))
            for part in answer.iter_bytes():
                body += part
                if len(body) > _MOST_BYTES:
                    raise RerankerUnavailable(_UNREADABLE)
                if time.monotonic() > ends:
                    raise RerankerUnavailable(f"the rerank endpoint took longer than {within:.3g} s")
        return body


def read(body: bytes, count: int) -> tuple[float, ...]:
    """The score of each of `count` texts, from an answer in either form.

    Raises:
        RerankerUnavailable: there is not one finite score for each.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise RerankerUnavailable(_UNREADABLE) from None
    rows = answer.get("results") if isinstance(answer, dict) else answer
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RerankerUnavailable(_UNREADABLE)
    found: dict[int, float] = {}
    for row in rows:
        index, score = row.get("index"), row.get("relevance_score", row.get("score"))
        if type(index) is not int or type(score) not in (int, float) or not abs(score) <= sys.float_info.max:
            raise RerankerUnavailable(_UNREADABLE)
        found[index] = float(score)
    if len(rows) != count or found.keys() != set(range(count)):
        raise RerankerUnavailable(f"{_UNREADABLE}: {len(rows)} scores for {count} passages")
    return tuple(found[i] for i in range(count))
