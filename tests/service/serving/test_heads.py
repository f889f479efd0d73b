"""Headers that never end, and those that dribble, are not gathered."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from service.serving.heads import BoundedHeads

GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"


class Impatient(BoundedHeads):
    most, seconds = 200_000, 0.5


async def app(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]})
    await send({"type": "http.response.body", "body": b"%07d" % len(body)})


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, int]]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", http=Impatient))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join(10)


def heard(connection: socket.socket) -> bytes:
    said = b""
    try:
        while part := connection.recv(65536):
            said += part
    except ConnectionError:
        pass
    return said


def test_headers_without_end_are_refused(served: tuple[str, int]) -> None:
    with socket.create_connection(served, timeout=5) as connection:
        connection.sendall(GET + b"X-Long: " + b"x" * 199_000)
        time.sleep(0.1)
        connection.sendall(b"x" * 2_000)
        said = heard(connection)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert b"problem+json" in said


@pytest.mark.parametrize("pieces", [[b""], [GET], [GET, b"X-A: 1\r\n", b"X-B: 2\r\n", b"X-C: 3\r\n"]])
def test_headers_that_dribble_are_not_waited_for(served: tuple[str, int], pieces: list[bytes]) -> None:
    with socket.create_connection(served, timeout=5) as connection:
        began = time.monotonic()
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.05)
        said = heard(connection)
    assert time.monotonic() - began < 2
    assert said.startswith(b"HTTP/1.1 431 ") or (said == b"" and pieces == [b""])


def test_a_large_body_is_none_of_its_business(served: tuple[str, int]) -> None:
    with socket.create_connection(served, timeout=5) as connection:
        for _ in range(3):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n\r\n" + b"x" * 900_000)
            assert connection.recv(65536).endswith(b"0900000")
        time.sleep(0.7)  # longer than headers may take: the connection is idle, and may be
        connection.sendall(GET + b"Connection: close\r\n\r\n")
        assert heard(connection).endswith(b"0000000")
