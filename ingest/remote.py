"""The service that owns a data folder, asked over HTTP instead of opening the folder beside it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from ingest.errors import FootnoteError, TransientError
from ingest.index.owner import Running
from ingest.progress import Progress

_POLL = 0.2


class Remote:
    """Calls one running service."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout: float = 600) -> Any:
        """The JSON that the service answers with.

        Raises:
            FootnoteError: the service says that it cannot be done, in its own sentence.
            TransientError: it does not answer.
        """
        import httpx

        headers = {"Authorization": f"Bearer {self._running.token}"}
        try:
            with httpx.Client(base_url=self._running.address, trust_env=False, timeout=timeout) as client:
                response = client.request(method, path, json=body, headers=headers)
            answer = response.json()
        except (httpx.HTTPError, json.JSONDecodeError):
            raise TransientError(
                f"The service at {self._running.address} owns this data folder and does not answer: try again, or stop "
                "it first."
            ) from None
        if response.status_code >= 400:
            raise FootnoteError(str(answer.get("detail") or answer.get("title") or "The service refused the request."))
        return answer

    def perform(self, name: str, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        """Let the service carry out an operation, and follow it to its end. See `operations.perform`."""
        job = self.call("POST", "/v1/jobs", {"operation": name, "arguments": dict(arguments)})
        while job["state"] in ("queued", "running"):
            time.sleep(_POLL)
            job = self.call("GET", f"/v1/jobs/{job['id']}")
            if job["total"]:
                progress.embedding(job["done"], job["total"])
            elif job["reading"]:
                progress.reading(job["reading"])
        progress.finish()
        if job["state"] == "failed":
            raise FootnoteError(str(job["error"]))
        result: dict[str, Any] = job["result"]
        return result
