"""Sitemaps, from real servers on loopback."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ingest.errors import IncompleteListing, SourceUnreachable
from ingest.sources.base import Fetched, Item, Unreadable
from ingest.sources.web.page import Page
from ingest.sources.web.sitemap import SitemapSource
from tests.fakes.web import Internet, Reply, Site, redirect, visitor

URL = "http://handbook.example/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
XML = "application/xml"


def urlset(*entries: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {NS}>{"".join(entries)}</urlset>'.encode()


def entry(path: str, more: str = "") -> str:
    return f"<url><loc>http://handbook.example{path}</loc>{more}</url>"


def index(*paths: str) -> Reply:
    inner = "".join(f"<sitemap><loc>http://handbook.example{p}</loc></sitemap>" for p in paths)
    return Reply(f"<sitemapindex {NS}>{inner}</sitemapindex>".encode(), media_type=XML)


def listed(internet: Internet, url: str = URL, **given: object) -> list[Page | Unreadable]:
    other_hosts = bool(given.pop("other_hosts", False))
    source = SitemapSource(visitor(internet, **given), url, other_hosts=other_hosts, today=lambda: date(2024, 6, 20))
    return list(source.pages())


def paths(found: list[Page | Unreadable]) -> list[str]:
    assert [f for f in found if isinstance(f, Unreadable)] == []
    return [f.url.removeprefix("http://handbook.example") for f in found if isinstance(f, Page)]


def sentence(found: list[Page | Unreadable]) -> str:
    [error] = [f.error for f in found if isinstance(f, Unreadable)]
    return str(error)


def test_a_sitemap_lists_its_pages_once_and_in_order(server: Site, internet: Internet) -> None:
    body = urlset(
        entry("/b?x=1&amp;y=2"), entry("/a"), entry("/a#part"), "<url><lastmod>2024</lastmod></url>", entry("/c")
    )
    server.pages |= {"/sitemap.xml": Reply(body, media_type=XML), "/a": Reply(b"<p>a</p>")}
    assert paths(listed(internet)) == ["/b?x=1&y=2", "/a", "/c"]
    items = [i for i in SitemapSource(visitor(internet), URL).list() if isinstance(i, Item)]
    assert [i.uri for i in items][1] == "http://handbook.example/a"
    content = items[1].fetch(None)
    assert isinstance(content, Fetched)
    assert content.data.endswith(b"<p>a</p>")


@pytest.mark.parametrize(
    ("lastmod", "mark"),
    [
        ("2024-06-17", "2024-06-17"),
        ("2024-06-19T08:00:00+08:00", "2024-06-19T08:00:00+08:00"),
        ("2024-06-20", None),  # not over yet: the page may change again
        ("2024-06-19", None),  # not over yet somewhere
        ("2024", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_date_of_change_is_the_mark_when_it_is_exact(
    server: Site, internet: Internet, lastmod: str, mark: str | None
) -> None:
    server.pages["/sitemap.xml"] = Reply(urlset(entry("/a", f"<lastmod> {lastmod}\n</lastmod>")), media_type=XML)
    assert listed(internet) == [Page("http://handbook.example/a", mark)]


@pytest.mark.parametrize(
    "body",
    [
        urlset(entry("/a"), entry("/b")),
        gzip.compress(urlset(entry("/a"), entry("/b"))),
        b"\xef\xbb\xbfhttp://handbook.example/a\r\n\r\nhttp://handbook.example/b",
        gzip.compress(b"http://handbook.example/a\nhttp://handbook.example/b\n"),
        urlset(entry("/a"), entry("/b")).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        b"<urlset>" + entry("/a").encode() + entry("/b").encode() + b"</urlset>",
        f'<s:urlset xmlns:s="x" xmlns:i="y"><s:url><s:loc><![CDATA[http://handbook.example/a]]></s:loc><i:image><i:loc>'
        f"http://handbook.example/no</i:loc></i:image></s:url>{entry('/b')}</s:urlset>".replace("<url", "<s:url")
        .replace("</url", "</s:url").replace("<loc", "<s:loc").replace("</loc", "</s:loc").encode(),
    ],
    ids=["xml", "gzipped", "text", "gzipped text", "utf-16", "no namespace", "prefixes and images"],
)  # fmt: skip
def test_a_sitemap_is_read_in_every_form(server: Site, internet: Internet, body: bytes) -> None:
    server.pages["/sitemap.xml"] = Reply(body, media_type="application/octet-stream")
    assert paths(listed(internet)) == ["/a", "/b"]


def test_sitemaps_of_sitemaps_are_followed_in_order(server: Site, internet: Internet) -> None:
    server.pages |= {
        "/sitemap.xml": index("/1.xml", "/deep.xml", "/sitemap.xml", "/1.xml"),
        "/1.xml": Reply(urlset(entry("/a"), entry("/b"))),
        "/deep.xml": index("/2.xml"),
        "/2.xml": Reply(urlset(entry("/b"), entry("/c"))),
    }
    assert paths(listed(internet)) == ["/a", "/b", "/c"]


def test_indexes_without_end_end(server: Site, internet: Internet) -> None:
    server.pages |= {f"/{n}.xml": index(f"/{n + 1}.xml") for n in range(30)}
    found = listed(internet, "http://handbook.example/0.xml")
    assert "more than 5 indexes deep" in sentence(found)
    assert len(server.paths()) == 6


def test_an_index_of_too_many_sitemaps_says_where_it_was_left(server: Site, internet: Internet) -> None:
    server.pages["/sitemap.xml"] = index(*(f"/{n}.xml" for n in range(1_003)))
    found = SitemapSource(visitor(internet), URL).pages()
    cut = [f for f, _ in zip(found, range(3), strict=False) if isinstance(f, Unreadable)]
    assert [isinstance(f.error, IncompleteListing) for f in cut] == [True, True, True]
    assert "more than 1000 sitemaps" in str(cut[0].error)


def test_a_missing_part_is_an_incomplete_listing_and_the_rest_goes_on(server: Site, internet: Internet) -> None:
    server.pages |= {"/sitemap.xml": index("/gone.xml", "/1.xml"), "/1.xml": Reply(urlset(entry("/a")))}
    missing, page = listed(internet)
    assert isinstance(missing, Unreadable)
    assert type(missing.error) is IncompleteListing
    assert "http://handbook.example/gone.xml does not exist" in str(missing.error)
    assert page == Page("http://handbook.example/a")


@pytest.mark.parametrize("answer", [Reply(status=404), Reply(status=500), redirect("/sitemap.xml"), Reply(raw=[b""])])
def test_a_sitemap_that_cannot_be_read_is_not_an_empty_one(server: Site, internet: Internet, answer: Reply) -> None:
    server.pages["/sitemap.xml"] = answer
    [failed] = listed(internet)
    assert isinstance(failed, Unreadable)
    assert isinstance(failed.error, SourceUnreachable)
    assert URL in str(failed.error)
    server.pages["/sitemap.xml"] = Reply(urlset())
    assert listed(internet) == []


def test_pages_on_other_hosts_are_left_out_and_counted(server: Site, internet: Internet) -> None:
    other = "<url><loc>http://other.example/{}</loc></url>"
    server.pages["/sitemap.xml"] = Reply(urlset(entry("/a"), other.format(1), other.format(2)))
    page, left_out = listed(internet)
    assert page == Page("http://handbook.example/a")
    assert isinstance(left_out, Unreadable)
    assert "2 pages on other.example" in str(left_out.error)
    assert len([f for f in listed(internet, other_hosts=True) if isinstance(f, Page)]) == 3


def test_the_host_a_sitemap_moved_to_is_its_own(server: Site, internet: Internet) -> None:
    internet.host("www.handbook.example", server)
    server.pages["handbook.example/sitemap.xml"] = redirect("http://www.handbook.example/sitemap.xml")
    moved = "<url><loc>http://www.handbook.example/b</loc></url>"
    server.pages["/sitemap.xml"] = Reply(urlset(entry("/a"), moved, "<url><loc>/c</loc></url>"))
    assert [f.url for f in listed(internet) if isinstance(f, Page)] == [
        "http://handbook.example/a",
        "http://www.handbook.example/b",
        "http://www.handbook.example/c",
    ]


def test_what_is_no_page_is_named_and_the_rest_goes_on(server: Site, internet: Internet) -> None:
    server.pages["/sitemap.xml"] = Reply(urlset("<url><loc>ftp://handbook.example/a</loc></url>", entry("/b")))
    wrong, page = listed(internet)
    assert isinstance(wrong, Unreadable)
    assert f"The sitemap {URL} lists what is not read. ftp://handbook.example/a" in str(wrong.error)
    assert page == Page("http://handbook.example/b")


def test_more_pages_than_the_limit_are_an_incomplete_listing(server: Site, internet: Internet) -> None:
    server.pages["/sitemap.xml"] = Reply(urlset(*(entry(f"/{n}") for n in range(10))))
    *pages, cut = listed(internet, max_pages=4)
    assert len(pages) == 4
    assert isinstance(cut, Unreadable)
    assert isinstance(cut.error, IncompleteListing)
    assert "more than 4 pages" in str(cut.error)
    assert len(paths(listed(internet, max_pages=10))) == 10


BOMB = (
    '<!DOCTYPE urlset [<!ENTITY a "http://handbook.example/aaaaaaaaaaaaaaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "' + f"&a{n - 1 or ''};" * 10 + '">' for n in range(1, 12))
    + f"]><urlset {NS}><url><loc>&a11;</loc></url></urlset>"
)
EXTERNAL = (
    '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    f"<urlset {NS}><url><loc>http://handbook.example/&x;</loc></url></urlset>"
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"<!doctype html><title>Not found</title>", "is a web page"),
        (b"<html><body>Hello", "is a web page"),
        (b'<rss version="2.0"><channel></channel></rss>', "is a feed"),
        (b"<catalog><url/></catalog>", "begins with <catalog>"),
        (b"Hello there", "is neither XML nor a list of addresses (line 1)"),
        (bytes(5000), "is neither XML nor a list of addresses (line 1)"),
        (b"\x1f\x8b\x08nonsense", "is a damaged gzip file"),
        (gzip.compress(urlset(entry("/a")) * 100)[:-50], "is a damaged gzip file"),
        (BOMB.encode(), "declares a document type"),
        (EXTERNAL.encode(), "declares a document type"),
        (BOMB.encode("utf-16"), "declares a document type"),
    ],
)
def test_what_is_no_sitemap_is_named(server: Site, internet: Internet, body: bytes, said: str) -> None:
    server.pages["/sitemap.xml"] = Reply(body, media_type=XML)
    found = listed(internet)
    assert f"The sitemap {URL} {said}" in sentence(found)
    assert [type(f.error) for f in found if isinstance(f, Unreadable)] == [SourceUnreachable]


@pytest.mark.parametrize("rest", [b"<url><loc>http://handbook", b"<url></loc>", b"&bomb;</urlset>", b"\xff</urlset>"])
def test_a_sitemap_that_breaks_gives_what_came_before(server: Site, internet: Internet, rest: bytes) -> None:
    server.pages["/sitemap.xml"] = Reply(urlset(entry("/a")).removesuffix(b"</urlset>") + rest)
    page, broken = listed(internet)
    assert page == Page("http://handbook.example/a")
    assert isinstance(broken, Unreadable)
    assert f"The sitemap {URL} is not well-formed XML (line 2)" in str(broken.error)


def test_a_gzip_bomb_is_stopped(server: Site, internet: Internet) -> None:
    bomb = gzip.compress(f"<urlset {NS}><!--".encode() + b" " * 70_000_000, compresslevel=1)
    server.pages["/sitemap.xml"] = Reply(bomb, media_type="application/gzip")
    assert "is larger than 67 MB" in sentence(listed(internet))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is measured by way of /proc")
@pytest.mark.parametrize("kind", ["many entries", "one long address", "other elements", "text"])
def test_a_sitemap_of_50_mb_takes_little_memory(server: Site, internet: Internet, kind: str) -> None:
    def pieces() -> Iterator[bytes]:
        if kind != "text":
            yield f"<urlset {NS}>".encode()
        if kind == "one long address":
            yield b"<url><loc>http://handbook.example/"
        for piece in range(50):
            if kind == "one long address":
                yield b"x" * 1_000_000
            elif kind == "other elements":
                yield b"<news><a b='c'>d</a></news>" * 37_000
            elif kind == "text":
                yield b"".join(b"http://handbook.example/%060d\n" % (piece * 11_000 + n) for n in range(11_000))
            else:
                yield "".join(
                    entry(f"/{piece * 9000 + n:060d}", "<priority>0.5</priority>") for n in range(8_000)
                ).encode()
        if kind == "one long address":
            yield b"</loc></url>"
        if kind != "text":
            yield b"</urlset>"

    server.pages["/sitemap.xml"] = Reply(pieces=pieces())
    source = SitemapSource(visitor(internet, timeout=60, max_pages=100_000), URL)
    before = resident()
    highest, over = [before], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            highest.append(resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    found = sum(1 for _ in source.pages())
    over.set()
    watcher.join()
    assert found == {"many entries": 100_001, "one long address": 1, "other elements": 0, "text": 100_001}[kind]
    assert len(highest) > 10
    assert max(highest) - before < 60_000_000  # 100,000 addresses are kept to list each once


def resident() -> int:
    """Bytes of memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
