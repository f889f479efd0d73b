"""Documents from the web, read from real servers on loopback."""

from __future__ import annotations

import gzip
import io
import threading
import time
from email.utils import formatdate

import brotli
import pytest

from ingest.errors import PermanentError, TransientError
from ingest.settings import WebSettings
from ingest.sources.web.errors import AddressRefused, PageGone, PageRefused, RedirectsEndless
from ingest.sources.web.fetch import Fetcher
from ingest.sources.web.response import Fetched, NotModified, Validators
from tests.fakes.web import Clock, Internet, Reply, Request, Site, redirect, site, visitor

URL = "http://handbook.example/travel"
PAGE = b"<p>Travel is approved by the head of department.</p>"


def test_a_page_is_fetched_with_what_its_server_says_of_it(server: Site, internet: Internet) -> None:
    headers = {
        "Content-Type": "Text/HTML; charset=GBK",
        "ETag": '"v1"',
        "Last-Modified": "Mon, 17 Jun 2024 01:00:00 GMT",
    }
    server.pages["/travel"] = Reply(PAGE, headers=headers)
    fetched = visitor(internet).fetch("http://handbook.example/travel#top")
    assert isinstance(fetched, Fetched)
    assert fetched.data == PAGE
    assert (fetched.response.url, fetched.response.media_type, fetched.response.charset) == (URL, "text/html", "GBK")
    assert fetched.response.validators == Validators(URL, '"v1"', "Mon, 17 Jun 2024 01:00:00 GMT")


def test_footnote_says_who_it_is(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = Reply(PAGE)
    visitor(internet).fetch(URL)
    assert {r.headers["user-agent"] for r in server.requests} == {"Footnote/0.1 (article indexer)"}
    assert server.requests[-1].host == "handbook.example"


def test_a_version_that_is_known_is_not_sent_again(server: Site, internet: Internet) -> None:
    def answer(request: Request) -> Reply:
        fresh = request.headers.get("if-none-match") == '"v1"'
        return Reply(status=304) if fresh else Reply(PAGE, headers={"ETag": '"v1"'})

    server.pages["/travel"] = answer
    fetcher = visitor(internet)
    first = fetcher.fetch(URL)
    assert isinstance(first, Fetched)
    kept = Validators.unpacked(first.response.validators.packed())
    assert fetcher.fetch(URL, kept) == NotModified(URL)
    assert isinstance(fetcher.fetch(URL, Validators(URL, '"v0"')), Fetched)


def test_a_date_of_change_is_sent_back_too(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = Reply(status=304)
    known = Validators(URL, None, "Mon, 17 Jun 2024 01:00:00 GMT")
    assert visitor(internet).fetch(URL, known) == NotModified(URL)
    assert server.requests[-1].headers["if-modified-since"] == known.last_modified


def test_what_is_known_of_one_address_is_not_said_to_another(server: Site, internet: Internet) -> None:
    server.pages |= {"/travel": redirect("/new"), "/new": Reply(PAGE)}
    assert isinstance(visitor(internet).fetch(URL, Validators(URL, '"v1"')), Fetched)
    assert [("if-none-match" in r.headers) for r in server.requests if r.path != "/robots.txt"] == [True, False]


def test_not_modified_unasked_is_no_answer(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = Reply(status=304)
    with pytest.raises(TransientError, match="304 unasked"):
        visitor(internet).fetch(URL)


@pytest.mark.parametrize("kept", [None, "", "x", "[]", '["u", 1, 2]', "{}", "3", '[1, "a", "b"]'])
def test_a_kept_version_that_says_nothing_is_none(kept: str | None) -> None:
    assert Validators.unpacked(kept) is None
    assert Validators("u").packed() is None


# What statuses mean


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, PageGone),
        (410, PageGone),
        (401, PageRefused),
        (403, PageRefused),
        (400, PageRefused),
        (204, PermanentError),
    ],
)
def test_a_refusal_is_final_and_not_asked_again(
    server: Site, internet: Internet, status: int, kind: type[Exception]
) -> None:
    server.pages["/travel"] = Reply(status=status)
    with pytest.raises(kind, match=f"{URL} .*{status}"):
        visitor(internet).fetch(URL)
    assert server.paths() == ["/travel"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_a_passing_failure_is_tried_three_times(server: Site, internet: Internet, status: int) -> None:
    server.pages["/travel"] = Reply(status=status)
    clock = Clock()
    with pytest.raises(TransientError, match=f"{URL} .*{status}"):
        visitor(internet, clock).fetch(URL)
    assert server.paths() == ["/travel"] * 3
    assert clock.slept == [0.5, 1.0]


def test_a_page_that_comes_at_the_second_try_is_whole(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = [Reply(b"half of it", length=500), Reply(PAGE)]
    fetched = visitor(internet).fetch(URL)
    assert isinstance(fetched, Fetched)
    assert fetched.data == PAGE


@pytest.mark.parametrize("when", ["seconds", "date"])
def test_a_server_that_asks_for_a_pause_gets_it(server: Site, internet: Internet, when: str) -> None:
    pause = "30" if when == "seconds" else formatdate(time.time() + 30, usegmt=True)
    server.pages["/travel"] = [Reply(status=503, headers={"Retry-After": pause}), Reply(PAGE)]
    clock = Clock()
    assert isinstance(visitor(internet, clock).fetch(URL), Fetched)
    assert sum(clock.slept) == pytest.approx(30, abs=2)


def test_a_pause_nobody_would_wait_for_ends_the_visit_to_that_host_alone(server: Site, internet: Internet) -> None:
    internet.host("other.example", server)
    server.pages["handbook.example/travel"] = Reply(status=429, headers={"Retry-After": "3600"})
    server.pages |= {"/policy": Reply(PAGE), "/travel": Reply(PAGE)}
    clock = Clock()
    fetcher = visitor(internet, clock)
    for path in ("/travel", "/policy"):
        with pytest.raises(TransientError, match=r"left alone for another 60 minutes"):
            fetcher.fetch(f"http://handbook.example{path}")
    assert server.paths() == ["/travel"]
    assert isinstance(fetcher.fetch("http://other.example/travel"), Fetched)
    assert sum(clock.slept) < 5


def test_a_host_that_is_down_is_given_up_after_some_pages(internet: Internet) -> None:
    internet.names["down.example"] = [["93.184.215.99"]]
    fetcher = visitor(internet)
    for number in range(20):
        with pytest.raises(TransientError):
            fetcher.fetch(f"http://down.example/{number}")
    assert len(internet.connected) <= 15


@pytest.mark.parametrize("raw", [[b"nonsense\r\n\r\n"], [b""], [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"]])
def test_a_server_that_speaks_no_http_is_a_passing_failure(server: Site, internet: Internet, raw: list[bytes]) -> None:
    server.pages["/travel"] = Reply(raw=raw)
    with pytest.raises(TransientError, match=f"{URL} cannot be read: the server broke off"):
        visitor(internet).fetch(URL)


def test_a_host_without_an_address_is_named(internet: Internet) -> None:
    with pytest.raises(TransientError, match=r"no address for nowhere\.example"):
        visitor(internet).fetch("http://nowhere.example/")


# Redirects


def test_redirects_are_followed_and_the_last_address_counts(server: Site, internet: Internet) -> None:
    internet.host("www.handbook.example", server)
    server.pages |= {
        "handbook.example/travel": redirect("//www.handbook.example/a/b", 301),
        "/a/b": redirect("../c", 308),
        "/c": Reply(PAGE),
    }
    fetched = visitor(internet).fetch(URL)
    assert isinstance(fetched, Fetched)
    assert fetched.response.url == "http://www.handbook.example/c"


def test_a_circle_of_redirects_is_named(server: Site, internet: Internet) -> None:
    server.pages |= {"/travel": redirect("/b"), "/b": redirect("/travel")}
    with pytest.raises(RedirectsEndless, match=f"{URL} redirects in a circle"):
        visitor(internet).fetch(URL)
    assert len(server.paths()) == 2


def test_redirects_without_end_are_followed_five_times(server: Site, internet: Internet) -> None:
    server.pages |= {f"/{n}": redirect(f"/{n + 1}") for n in range(50)}
    with pytest.raises(RedirectsEndless, match="redirects more than 5 times"):
        visitor(internet).fetch("http://handbook.example/0")
    assert len(server.paths()) == 6


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://handbook.example/", "http://ann:pw@handbook.example/", "http://[::1", ""]
)
def test_a_redirect_to_what_is_no_page_is_refused(server: Site, internet: Internet, to: str) -> None:
    server.pages["/travel"] = redirect(to)
    with pytest.raises(PermanentError, match=f"{URL} redirects"):
        visitor(internet).fetch(URL)
    assert server.paths() == ["/travel"]


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://inner.example/",
        "http://[::1]/",
        "http://handbook.example:22/",
    ],
)
def test_a_redirect_into_this_network_is_refused(server: Site, internet: Internet, to: str) -> None:
    internet.host("inner.example", server, "10.0.0.7")
    server.pages["/travel"] = redirect(to)
    with pytest.raises(AddressRefused):
        visitor(internet).fetch(URL)
    assert {address for address, _ in internet.connected} == {"93.184.215.14"}


# Sizes and times


@pytest.mark.parametrize("encoding", [None, "gzip", "br"])
def test_a_page_larger_than_the_limit_is_not_read_to_its_end(
    server: Site, internet: Internet, encoding: str | None
) -> None:
    sent: list[int] = []

    def pieces() -> object:
        for number in range(10_000):
            sent.append(number)
            yield b"x" * 50_000

    if encoding is None:
        server.pages["/travel"] = Reply(pieces=pieces())  # type: ignore[arg-type]
    else:
        body = gzip.compress(bytes(50_000_000)) if encoding == "gzip" else brotli.compress(bytes(50_000_000), quality=1)
        server.pages["/travel"] = Reply(body, headers={"Content-Encoding": encoding})
    with pytest.raises(PermanentError, match=f"{URL} has more than 1 MB"):
        visitor(internet, max_bytes=1_000_000).fetch(URL)
    assert len(sent) < 1000


def test_a_page_of_exactly_the_limit_is_read(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = Reply(b"x" * 1000)
    fetched = visitor(internet, max_bytes=1000).fetch(URL)
    assert isinstance(fetched, Fetched)
    assert len(fetched.data) == 1000


def test_a_damaged_or_unknown_compression_is_named(server: Site, internet: Internet) -> None:
    server.pages["/a"] = Reply(b"not gzip", headers={"Content-Encoding": "gzip"})
    server.pages["/b"] = Reply(b"what", headers={"Content-Encoding": "zstd"})
    with pytest.raises(TransientError, match="compressed body is damaged"):
        visitor(internet).fetch("http://handbook.example/a")
    with pytest.raises(PermanentError, match="compresses it as “zstd”"):
        visitor(internet).fetch("http://handbook.example/b")


@pytest.mark.parametrize("slow", ["body", "headers", "silence"])
def test_a_server_that_trickles_is_left_when_the_time_is_over(server: Site, internet: Internet, slow: str) -> None:
    if slow == "body":
        server.pages["/travel"] = Reply(pieces=[b"x"] * 100, pause=0.05)
    elif slow == "headers":
        raw = [b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 100]
        server.pages["/travel"] = Reply(raw=raw, pause=0.05)
    else:
        server.pages["/travel"] = Reply(raw=[b"", b""], pause=3)
    started = time.monotonic()
    with pytest.raises(TransientError, match=f"{URL} was not read within 0.3 seconds"):
        visitor(internet, timeout=0.3).fetch(URL)
    assert time.monotonic() - started < 2.5  # three tries


def test_a_name_service_that_does_not_answer_is_left_when_the_time_is_over() -> None:
    class Silent:
        def resolve(self, host: str, port: int) -> list[str]:
            time.sleep(5)
            return []

    fetcher = Fetcher(WebSettings(timeout=0.1, pace=0), resolver=Silent(), clock=Clock())
    started = time.monotonic()
    with pytest.raises(TransientError, match="not read within"):
        fetcher.fetch(URL)
    assert time.monotonic() - started < 4


def test_a_download_goes_into_a_file(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = [Reply(status=500), Reply(PAGE)]
    file = io.BytesIO(b"something older and longer than the page that is coming, so that a rest would show")
    response = visitor(internet).download(URL, file, 1000)
    assert (file.getvalue(), response.url) == (PAGE, URL)


# Manners


def test_requests_to_a_host_are_paced_and_hosts_do_not_wait_for_each_other(server: Site, internet: Internet) -> None:
    internet.host("other.example", server)
    server.pages |= {"/a": Reply(PAGE), "/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 4", media_type="text/plain")}
    clock = Clock()
    fetcher = visitor(internet, clock, pace=1.0)
    for _ in range(3):
        fetcher.fetch("http://handbook.example/a")
    assert clock.slept == [1.0, 4.0, 4.0]  # robots.txt itself is asked for at our own pace
    fetcher.fetch("http://other.example/a")
    assert clock.slept == [1.0, 4.0, 4.0, 1.0]


def test_threads_may_share_a_fetcher(server: Site, internet: Internet) -> None:
    server.pages |= {f"/{n}": Reply(b"%d" % n) for n in range(8)}
    fetcher, got = visitor(internet), {}

    def visit(number: int) -> None:
        fetched = fetcher.fetch(f"http://handbook.example/{number}")
        got[number] = fetched.data if isinstance(fetched, Fetched) else None

    threads = [threading.Thread(target=visit, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {n: b"%d" % n for n in range(8)}
    assert [r.path for r in server.requests].count("/robots.txt") == 1


def test_real_names_and_addresses_work_on_loopback_when_it_is_allowed() -> None:
    with site() as one, site("127.0.0.2") as two:
        two.pages["/b"] = Reply(PAGE)
        one.pages["/a"] = redirect(f"{two.url}/b")
        fetcher = Fetcher(WebSettings(pace=0, allow_private_addresses=True))
        fetched = fetcher.fetch(f"http://localhost:{one.port}/a")
        assert isinstance(fetched, Fetched)
        assert fetched.response.url == f"{two.url}/b"
        assert one.requests[-1].host == f"localhost:{one.port}"
