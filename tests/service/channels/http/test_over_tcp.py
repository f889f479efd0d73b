"""What only a real connection can do: dribble, stop in the middle, send what is no HTTP, and headers without end."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.fakes.running_app import serving, settings_over

POST = b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    articles = [{"id": "a", "title": "Leave", "text": "Parental leave is 20 weeks at full pay."}]
    settings = settings_over(tmp_path_factory.mktemp("tcp"), articles, http={"body_seconds": 0.6})
    with serving(settings) as url:
        host, port = url.removeprefix("http://").split(":")
        yield host, int(port)


@pytest.fixture(autouse=True)
def still_there(served: tuple[str, int]) -> Iterator[None]:
    yield
    found = httpx.post(
        f"http://{served[0]}:{served[1]}/v1/ask", json={"question": "How long is parental leave?"}, trust_env=False
    )
    assert found.status_code == 200


def answered(served: tuple[str, int], *pieces: bytes, pause: float = 0.0) -> bytes:
    """Everything the service says until it hangs up or has nothing more to say for a while."""
    with socket.create_connection(served, timeout=5) as connection:
        said = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            while part := connection.recv(65536):
                said += part
        except (TimeoutError, ConnectionError):
            pass
        return said


def problem(said: bytes) -> dict[str, object]:
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    assert b"x-request-id: " in head.lower()
    told: dict[str, object] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {told['status']} ".encode())
    return told


@pytest.mark.parametrize("pieces", [[b"{"], [b'{"q', b"ue", b"st", b"io", b'n"', b": ", b'"x', b'"}'], []])
def test_a_body_that_does_not_come_is_not_waited_for(served: tuple[str, int], pieces: list[bytes]) -> None:
    began = time.monotonic()
    said = answered(served, POST + b"Content-Length: 500\r\n\r\n", *pieces, pause=0.06)
    told = problem(said)
    assert (told["status"], told["type"]) == (408, "urn:footnote:problem:too-slow")
    assert b"connection: close" in said.lower()
    assert time.monotonic() - began < 4


def test_slow_bodies_are_waited_for_as_long_as_they_may_take(served: tuple[str, int]) -> None:
    body = b'{"question": "How long is parental leave?"}'
    head = POST + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    assert b"HTTP/1.1 200 " in answered(served, head, body[:9], body[9:], pause=0.1)


def test_a_body_is_refused_by_its_announced_length_before_it_is_sent(served: tuple[str, int]) -> None:
    said = answered(served, POST + b"Content-Length: 99999999999\r\n\r\n")
    assert problem(said)["status"] == 413


def test_chunks_without_end_are_refused(served: tuple[str, int]) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert problem(answered(served, POST + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 16))["status"] == 413


@pytest.mark.parametrize("size", [40_000, 2_000_000])
def test_large_headers_are_refused(served: tuple[str, int], size: int) -> None:
    said = answered(
        served,
        b"GET /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * size + b"\r\nConnection: close\r\n\r\n",
    )
    assert b"HTTP/1.1 431 " in said or b"HTTP/1.1 400 " in said
    assert b"Traceback" not in said


@pytest.mark.parametrize(
    "raw",
    [
        b"\0\1\2\3\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nno colon here\r\n\r\n",
        b"GET /v1/articles/\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"Content-Length: 4\r\nConnection: close\r\n\r\n\xff\xff\xff\xff",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_what_is_no_http_is_refused(served: tuple[str, int], raw: bytes) -> None:
    said = answered(served, raw)
    assert b"Traceback" not in said
    assert not said or said.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))


def test_many_that_hang_leave_room_for_others(served: tuple[str, int]) -> None:
    hanging = [socket.create_connection(served, timeout=5) for _ in range(60)]
    for one in hanging:
        one.sendall(POST + b"Content-Length: 500\r\n\r\n{")
    began = time.monotonic()
    body = {"question": "How long is parental leave?"}
    assert httpx.post(f"http://{served[0]}:{served[1]}/v1/ask", json=body, trust_env=False).status_code == 200
    assert time.monotonic() - began < 3
    for one in hanging:
        assert b" 408 " in one.recv(65536)
        one.close()


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/docs", "/articles/a", "/articles/none", "/c/none"])
def test_whoever_watches_pages_may_ask_for_their_headers_alone(served: tuple[str, int], path: str) -> None:
    whole, head = (
        httpx.request(method, f"http://{served[0]}:{served[1]}{path}", trust_env=False) for method in ("GET", "HEAD")
    )
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.headers["content-length"] == str(len(whole.content))
