"""What sites allow robots to read."""

from __future__ import annotations

import time

import pytest

from ingest.errors import FootnoteError, PermanentError, TransientError
from ingest.sources.web.address import parse
from ingest.sources.web.errors import AddressRefused, PageRefused
from ingest.sources.web.robots import Robots
from tests.fakes.web import Clock, Internet, Reply, Site, redirect, visitor

TEXT = "text/plain"


def allowed(rules: str, path: str) -> bool:
    robots = Robots(lambda _: rules.encode(), "Footnote", Clock())
    try:
        robots.check(parse(f"https://example.com{path}"))
    except PageRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /private/", "/private/a", False),
        ("User-agent: *\nDisallow: /private/", "/public", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: Footnote\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/a", False),
        ("User-agent: Footnote\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/b", True),
        ("User-agent: footnote/1.0\nDisallow: /a", "/a", False),
        ("User-agent: Footnotes\nDisallow: /", "/a", True),
        ("User-agent: Foot\nDisallow: /", "/a", True),
        ("User-agent: other\nUser-agent: Footnote\nDisallow: /a", "/a", False),
        ("User-agent: other\nDisallow: /\n\nUser-agent: Footnote\nAllow: /", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf.html", True),
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /\nAllow: /handbook/", "/handbook/a", True),
        ("User-agent: *\nAllow: /handbook/\nDisallow: /handbook/drafts", "/handbook/drafts/a", False),
        ("User-agent: *\nDisallow: /路", "/%E8%B7%AF", False),
        ("\ufeffUser-agent: *\r\nDisallow: /a # note\r\n", "/a", False),
        ("User-agent: *\rDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /private", "/public/../private", False),
        ("User-agent: *\nDisallow: /private", "/%70rivate", False),
        ("<!doctype html><p>There is no such page", "/a", True),
    ],
)
def test_rules_are_read_as_their_standard_says(rules: str, path: str, expected: bool) -> None:
    assert allowed(rules, path) is expected


def test_a_refused_page_is_named_with_the_rules_that_refuse_it(server: Site, internet: Internet) -> None:
    server.pages |= {"/robots.txt": Reply(b"User-agent: *\nDisallow: /a", media_type=TEXT), "/a": Reply(b"a")}
    with pytest.raises(
        PageRefused, match=r"http://handbook\.example/a may not .* http://handbook\.example/robots\.txt"
    ):
        visitor(internet).fetch("http://handbook.example/a")
    assert server.paths() == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_rules_allows_everything(server: Site, internet: Internet, status: int) -> None:
    server.pages |= {"/robots.txt": Reply(status=status), "/a": Reply(b"a")}
    visitor(internet).fetch("http://handbook.example/a")
    assert server.paths() == ["/a"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_rules_that_cannot_be_read_now_forbid_everything_for_now(server: Site, internet: Internet, status: int) -> None:
    server.pages |= {"/robots.txt": [*[Reply(status=status)] * 3, Reply(status=404)], "/a": Reply(b"a")}
    clock = Clock()
    fetcher = visitor(internet, clock)
    for _ in range(2):
        with pytest.raises(TransientError, match=r"handbook\.example/a was not read, because the rules"):
            fetcher.fetch("http://handbook.example/a")
    assert len(server.requests) == 3  # the second page did not ask again
    clock.time += 601
    fetcher.fetch("http://handbook.example/a")
    assert server.paths() == ["/a"]


def test_rules_are_asked_for_once_a_day_and_site(server: Site, internet: Internet) -> None:
    internet.host("other.example", server)
    server.pages["/a"] = Reply(b"a")
    clock = Clock()
    fetcher = visitor(internet, clock)
    for host in ("handbook.example", "other.example", "handbook.example"):
        fetcher.fetch(f"http://{host}/a")
    asked = [r.host for r in server.requests if r.path == "/robots.txt"]
    assert asked == ["handbook.example", "other.example"]
    clock.time += 24 * 3600 + 1
    fetcher.fetch("http://handbook.example/a")
    assert [r.path for r in server.requests].count("/robots.txt") == 3


def test_rules_may_be_elsewhere_and_still_hold_here(server: Site, internet: Internet) -> None:
    internet.host("rules.example", server)
    server.pages["handbook.example/robots.txt"] = redirect("http://rules.example/all.txt")
    server.pages |= {"/all.txt": Reply(b"User-agent: *\nDisallow: /a", media_type=TEXT), "/a": Reply(b"a")}
    with pytest.raises(PageRefused):
        visitor(internet).fetch("http://handbook.example/a")


def test_rules_that_redirect_for_ever_are_none(server: Site, internet: Internet) -> None:
    server.pages |= {"/robots.txt": redirect("/robots.txt"), "/a": Reply(b"a")}
    visitor(internet).fetch("http://handbook.example/a")
    assert server.paths() == ["/a"]


def test_the_rules_of_the_host_a_page_redirects_to_hold_too(server: Site, internet: Internet) -> None:
    internet.host("other.example", server)
    server.pages["handbook.example/a"] = redirect("http://other.example/b")
    server.pages["other.example/robots.txt"] = Reply(b"User-agent: *\nDisallow: /b", media_type=TEXT)
    with pytest.raises(PageRefused, match=r"other\.example/b may not be read"):
        visitor(internet).fetch("http://handbook.example/a")
    assert server.paths() == ["/a"]


def test_only_the_first_part_of_endless_rules_is_read(server: Site, internet: Internet) -> None:
    def pieces() -> object:
        yield b"User-agent: *\nDisallow: /a\n"
        while True:
            yield b"# nothing\n" * 5000

    server.pages |= {"/robots.txt": Reply(pieces=pieces(), media_type=TEXT), "/b": Reply(b"b")}  # type: ignore[arg-type]
    fetcher = visitor(internet)
    fetcher.fetch("http://handbook.example/b")
    with pytest.raises(PageRefused):
        fetcher.fetch("http://handbook.example/a")


def test_hostile_rules_take_no_time() -> None:
    agents = "".join(f"User-agent: robot{n}\n" for n in range(10_000))
    rules = agents + "Disallow: /*a*a*a*a*a*a*a*a*b$\n" * 8_000
    started = time.monotonic()
    assert allowed(rules, "/" + "a" * 3000)
    assert allowed("User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*b$\n" * 8_000, "/" + "a" * 1000)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("rules", "delay"),
    [
        ("Crawl-delay: 2.5", 2.5),
        ("Crawl-delay: 86400", 30.0),
        ("Crawl-delay: -1", 0.0),
        ("Crawl-delay: soon", 0.0),
        ("", 0.0),
    ],
)
def test_a_delay_is_kept_up_to_half_a_minute(rules: str, delay: float) -> None:
    robots = Robots(lambda _: f"User-agent: *\n{rules}\nDisallow: /x".encode(), "Footnote", Clock())
    assert robots.delay(parse("https://example.com/")) == delay


@pytest.mark.parametrize(
    ("failure", "kind"), [(AddressRefused("No."), AddressRefused), (PermanentError("No."), PermanentError)]
)
def test_a_site_that_may_never_be_asked_is_a_final_refusal(failure: FootnoteError, kind: type[FootnoteError]) -> None:
    def load(_: object) -> bytes | None:
        raise failure

    with pytest.raises(kind, match=r"https://example\.com/a was not read"):
        Robots(load, "Footnote", Clock()).check(parse("https://example.com/a"))
