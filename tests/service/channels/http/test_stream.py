"""Streams over real sockets: they arrive as they are made, and stop when nobody listens."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from service.answer import AnswerEvent, Delta, Started
from service.app import create_app
from service.channels.http.deps import RequestId
from service.channels.http.envelope import Envelope
from service.channels.http.events import EventStream

if TYPE_CHECKING:
    from conftest import Shelf

STARTED = Started("ans_1", "con_1", "Why?", "en")


@contextmanager
def listening(app: ASGIApp) -> Iterator[int]:
    """A real server on loopback; gives its port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive() and time.monotonic() < until
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


async def numbered(events: AsyncGenerator[AnswerEvent, None]) -> AsyncGenerator[tuple[str, AnswerEvent], None]:
    """The events with ids."""
    async with aclosing(events):
        number = 0
        async for event in events:
            number += 1
            yield str(number), event


def streaming(events: AsyncGenerator[AnswerEvent, None], ping: float = 15) -> FastAPI:
    """One route around the real envelope and stream."""
    app = FastAPI()
    app.add_middleware(Envelope)

    @app.get("/stream")
    async def stream(request_id: RequestId) -> EventStream:
        return EventStream(numbered(events), request_id, ping)

    return app


def test_a_question_is_answered_over_a_socket(shelf: Shelf) -> None:
    shelf.put("vpn.txt", "VPN setup\n\nThe VPN client needs a certificate of the new kind.\n")
    shelf.ingest()
    with listening(create_app(shelf.settings)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        body = json.dumps({"question": "What does the VPN client need?", "stream": True})
        connection.request("POST", "/v1/ask", body, {"content-type": "application/json"})
        response = connection.getresponse()
        assert response.status == 200
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["content-length"] is None
        text = response.read().decode()
    events = [line.removeprefix("event: ") for line in text.split("\n") if line.startswith("event: ")]
    assert events == ["started", "sources", "sentence", "completed"]
    answer = json.loads(text.split("data: ")[-1].split("\n")[0])
    assert answer["citations"][0]["quote"] == "The VPN client needs a certificate of the new kind."


def test_leaving_a_stream_stops_the_work() -> None:
    stopped = threading.Event()

    async def endless() -> AsyncGenerator[AnswerEvent, None]:
        try:
            yield STARTED
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with listening(streaming(endless())) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(b"GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
            received = b""
            while b"event: started" not in received:
                received += client.recv(4096)
            assert not stopped.is_set()
        assert stopped.wait(10)


def test_leaving_stops_work_that_never_waits() -> None:
    stopped = threading.Event()

    async def chatty() -> AsyncGenerator[AnswerEvent, None]:
        try:
            while True:
                yield Delta("and so on " * 100)
                await asyncio.sleep(0)
        finally:
            stopped.set()

    with listening(streaming(chatty())) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(b"GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
            client.recv(4096)
        assert stopped.wait(10)


@pytest.mark.parametrize("ping", [0.05])
def test_silence_is_filled_with_comments(ping: float) -> None:
    async def slow() -> AsyncGenerator[AnswerEvent, None]:
        yield STARTED
        await asyncio.sleep(8 * ping)
        yield Delta("late")

    with listening(streaming(slow(), ping)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/stream")
        text = connection.getresponse().read().decode()
    parts = text.split("\n\n")
    assert parts[0].startswith("event: started")
    assert parts[-2].startswith("event: delta")
    assert set(parts[1:-2]) == {": ping"}
