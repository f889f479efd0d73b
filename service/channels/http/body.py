"""The body of a request, as long as it is not too large and comes in time; then whatever else the client tells."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from service.channels.http.problems import Told
from service.settings.http import HttpSettings

_CLOSING = {"Connection": "close"}  # what is left of the request is not read


class Body:
    """Receives for an application, within limits."""

    def __init__(self, scope: Scope, receive: Receive, limits: HttpSettings) -> None:
        article = scope["method"] == "PUT" and scope["path"].startswith("/v1/articles/")
        self._receive = receive
        self._most = limits.article_bytes if article else limits.body_bytes
        self._until = asyncio.get_running_loop().time() + limits.body_seconds
        announced = Headers(scope=scope).get("content-length", "")
        self._announced = int(announced[:18]) if announced.isascii() and announced.isdigit() else 0
        self._read, self._whole = 0, False

    async def __call__(self) -> Message:
        """The next message.

        Raises:
            Told: the body is too large (413) or too slow (408).
        """
        if self._whole:
            return await self._receive()
        self._check(self._announced)
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise Told(408, "The body did not arrive in time: send the request again.", _CLOSING) from None
        self._read += len(message.get("body", b""))
        self._check(self._read)
        self._whole = not message.get("more_body", False)
        return message

    def _check(self, length: int) -> None:
        if length > self._most:
            raise Told(413, f"The body is larger than {self._most / 1e6:g} MB: send less.", _CLOSING)
