"""The widget's script over HTTP: any page may load it, and a browser that has it asks without being sent it again."""

from __future__ import annotations

import gzip
from importlib.resources import files

import pytest
from starlette.testclient import TestClient

BUILT = (files("service") / "widget" / "dist" / "widget.js").read_bytes()


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "deflate, gzip;q=0.0, *;q=0"])
def test_it_is_what_was_built(client: TestClient, accepted: str) -> None:
    given = client.get("/widget.js", headers={"Accept-Encoding": accepted})
    assert (given.status_code, given.content) == (200, BUILT)
    assert given.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Content-Encoding" not in given.headers
    assert given.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip", "gzip;q=0.5, br", "*"])
def test_who_takes_gzip_gets_less_than_25_kb(client: TestClient, accepted: str) -> None:
    with client.stream("GET", "/widget.js", headers={"Accept-Encoding": accepted}) as given:
        raw = b"".join(given.iter_raw())
    assert given.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(raw) == BUILT
    assert len(raw) < 25_000


def test_pages_of_other_origins_may_load_it(client: TestClient) -> None:
    given = client.get("/widget.js", headers={"Origin": "https://intranet.example"})
    assert given.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert given.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_that_has_it_is_not_sent_it_again(client: TestClient) -> None:
    first = client.get("/widget.js")
    again = client.get("/widget.js", headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "max-age" in again.headers["Cache-Control"]
    plain = client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"], "Accept-Encoding": "identity"})
    assert plain.status_code == 200
    assert plain.headers["ETag"] != first.headers["ETag"]


def test_its_head_can_be_asked_for(client: TestClient) -> None:
    assert client.head("/widget.js").status_code == 200
