"""Feeds, from real servers on loopback."""

from __future__ import annotations

import time

import pytest

from ingest.errors import IncompleteListing, SourceUnreachable
from ingest.sources.base import Facts, Fetched, Item, Unreadable
from ingest.sources.web.feed import FeedSource
from ingest.sources.web.page import Page
from tests.fakes.web import Internet, Reply, Site, redirect, visitor

URL = "http://handbook.example/feed"
TRAVEL, LEAVE = "http://handbook.example/travel", "http://handbook.example/leave"

RSS2 = f"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Handbook</title><item><title>Travel &amp; visits</title><link>{TRAVEL}</link><guid isPermaLink="false">7</guid>
<dc:creator>Ann Lee</dc:creator>
<pubDate>Mon, 17 Jun 2024 01:00:00 +0800</pubDate><description>&lt;p&gt;Only the beginning…</description></item>
<item><title>Leave</title><link>{LEAVE}</link></item></channel></rss>"""
RSS1 = f"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{URL}"><title>Handbook</title></channel>
<item rdf:about="7"><title>Travel &amp; visits</title><link>{TRAVEL}</link><dc:creator>Ann Lee</dc:creator>
<dc:date>2024-06-17T01:00:00+08:00</dc:date></item>
<item rdf:about="{LEAVE}"><title>Leave</title><link>{LEAVE}</link></item></rdf:RDF>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://handbook.example/x/"><title>Handbook</title>
<entry><id>7</id><title type="html">Travel &amp;amp; &lt;b&gt;visits&lt;/b&gt;</title>
<link rel="edit" href="/edit"/><link href="../travel"/>
<author><name>Ann Lee</name></author>
<published>2024-06-17T01:00:00+08:00</published><updated>2024-06-18T09:00:00Z</updated></entry>
<entry><title>Leave</title><link rel="alternate" href="/leave"/></entry></feed>"""


def listed(internet: Internet, **given: object) -> list[Page | Unreadable]:
    return list(FeedSource(visitor(internet, **given), URL).pages())


def rss(*items: str) -> bytes:
    return f'<rss version="2.0"><channel>{"".join(f"<item>{i}</item>" for i in items)}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("feed", "changed"),
    [(RSS2, "Mon, 17 Jun 2024 01:00:00 +0800"), (RSS1, "2024-06-17T01:00:00+08:00"), (ATOM, "2024-06-18T09:00:00Z")],
    ids=["RSS 2.0", "RSS 1.0", "Atom"],
)
def test_entries_are_listed_with_what_the_feed_says_of_them(
    server: Site, internet: Internet, feed: str, changed: str
) -> None:
    server.pages["/feed"] = Reply(feed.encode(), media_type="application/xml")
    travel, leave = listed(internet)
    assert isinstance(travel, Page)
    assert (travel.url, travel.facts) == (TRAVEL, Facts("Travel & visits", "Ann Lee", "2024-06-17"))
    assert travel.mark is not None
    assert travel.mark.endswith(f"7 {changed}")
    assert leave == Page(LEAVE, None, Facts("Leave"))


def test_the_whole_text_comes_from_the_page(server: Site, internet: Internet) -> None:
    server.pages |= {"/feed": Reply(RSS2.encode()), "/travel": Reply(b"<p>The whole text.</p>")}
    first = next(FeedSource(visitor(internet), URL).list())
    assert isinstance(first, Item)
    content = first.fetch(None)
    assert isinstance(content, Fetched)
    assert (first.uri, content.name) == (TRAVEL, "page.html")
    assert content.data.endswith(b"<p>The whole text.</p>")


def test_an_entry_that_changes_has_another_mark(server: Site, internet: Internet) -> None:
    server.pages["/feed"] = [Reply(ATOM.encode()), Reply(ATOM.encode()), Reply(ATOM.replace("06-18", "06-19").encode())]
    first, second, third = (next(iter(listed(internet))) for _ in range(3))
    assert isinstance(first, Page) and isinstance(second, Page) and isinstance(third, Page)
    assert first.mark == second.mark != third.mark


@pytest.mark.parametrize(
    ("encoding", "media_type", "declared"),
    [
        ("gbk", "application/rss+xml; charset=gbk", ""),
        ("gbk", "text/xml", '<?xml version="1.0" encoding="gb2312"?>'),
        ("utf-8", "text/xml", ""),
        ("utf-16", "application/xml", '<?xml version="1.0" encoding="utf-16"?>'),
        ("gbk", "text/xml; charset=gbk", '<?xml version="1.0" encoding="utf-8"?>'),
    ],
)
def test_a_chinese_feed_is_read_wherever_its_charset_is_stated(
    server: Site, internet: Internet, encoding: str, media_type: str, declared: str
) -> None:
    text = declared + rss(f"<title>差旅由部门主管批准</title><link>{TRAVEL}</link>").decode()
    server.pages["/feed"] = Reply(text.encode(encoding), media_type=media_type)
    assert listed(internet) == [Page(TRAVEL, None, Facts("差旅由部门主管批准"))]


@pytest.mark.parametrize(
    "body",
    [
        RSS2.replace("&amp;", "&").replace("</channel></rss>", ""),
        RSS2.replace("Only the beginning", "&nbsp;<br>Only"),
        RSS2.replace('xmlns:dc="http://purl.org/dc/elements/1.1/"', ""),
        "\n\n" + RSS2,
    ],
    ids=["bare ampersands and no end", "HTML inside", "an unknown prefix", "a late declaration"],
)
def test_a_feed_with_mistakes_is_read_all_the_same(server: Site, internet: Internet, body: str) -> None:
    server.pages["/feed"] = Reply(body.encode())
    assert [p.url for p in listed(internet) if isinstance(p, Page)] == [TRAVEL, LEAVE]


def test_entries_are_listed_once_and_links_may_be_on_other_hosts(server: Site, internet: Internet) -> None:
    links = ["/a", "http://handbook.example/a#top", "https://other.example/b"]
    server.pages |= {"/feed": redirect("/x/feed"), "/x/feed": Reply(rss(*(f"<link>{link}</link>" for link in links)))}
    assert [p.url for p in listed(internet) if isinstance(p, Page)] == [
        "http://handbook.example/a",
        "https://other.example/b",
    ]


def test_an_entry_without_a_page_is_named_and_the_rest_goes_on(server: Site, internet: Internet) -> None:
    wrong = "<title>B</title><link>ftp://handbook.example/b</link>"
    server.pages["/feed"] = Reply(rss("<title>A</title>", wrong, "<guid>http://handbook.example/c</guid>"))
    without, refused, page = listed(internet)
    assert isinstance(without, Unreadable)
    assert f"An entry of the feed {URL} (“A”) has no link" in str(without.error)
    assert isinstance(refused, Unreadable)
    assert page == Page("http://handbook.example/c")


def test_more_entries_than_the_limit_are_an_incomplete_listing(server: Site, internet: Internet) -> None:
    server.pages["/feed"] = Reply(rss(*(f"<link>/{n}</link>" for n in range(5))))
    *pages, cut = listed(internet, max_pages=3)
    assert len(pages) == 3
    assert isinstance(cut, Unreadable)
    assert isinstance(cut.error, IncompleteListing)


LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "' + f"&a{n - 1 or ''};" * 10 + '">' for n in range(1, 12))
    + '\n]><rss version="2.0"><channel><item><title>&a11;</title></item></channel></rss>'
)
QUADRATIC = (
    f'<!DOCTYPE rss [\n<!ENTITY a "{"a" * 100_000}">\n]>'
    f'<rss version="2.0"><channel><item><title>{"&a;" * 100_000}</title></item></channel></rss>'
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b"<!doctype html><title>Blog</title>", "is a web page"),
        (b"Hello there", "is no RSS or Atom feed"),
        (b"<catalog><book/></catalog>", "is no RSS or Atom feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "is no RSS or Atom feed"),
        (LAUGHS.encode(), "declares entities"),
        (b"<?xml version='1.0'?><!-- <rss> -->" + LAUGHS.encode(), "declares entities"),
        (LAUGHS.encode("utf-16"), "declares entities"),
        (QUADRATIC.encode(), "declares entities"),
        (QUADRATIC.replace("<!DOCTYPE rss [", '<!DOCTYPE rss SYSTEM "http://x/" [').encode(), "declares entities"),
        (rss("<title>" + "<" * 2_000_000), "is broken"),
    ],
)
def test_what_is_no_feed_is_named_and_harmless(server: Site, internet: Internet, body: bytes, said: str) -> None:
    server.pages["/feed"] = Reply(body, media_type="application/xml")
    started = time.monotonic()
    [failed] = listed(internet)
    assert isinstance(failed, Unreadable)
    assert isinstance(failed.error, SourceUnreachable)
    assert f"The feed {URL} {said}" in str(failed.error)
    assert time.monotonic() - started < 2


def test_a_feed_never_names_a_file_of_this_machine(server: Site, internet: Internet) -> None:
    external = (
        '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss version="2.0"><channel><item>'
        "<title>&x;</title><link>/a</link></item></channel></rss>"
    )
    for body in (b"/etc/passwd", b"file:///etc/passwd", external.encode()):
        server.pages["/feed"] = Reply(body, media_type="application/xml")
        for found in listed(internet):
            assert "root" not in str(found.error if isinstance(found, Unreadable) else found)


def test_the_old_document_type_of_rss_is_no_obstacle(server: Site, internet: Internet) -> None:
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    )
    server.pages["/feed"] = Reply(doctype.encode() + rss("<title>A</title><link>/a</link>"))
    assert listed(internet) == [Page("http://handbook.example/a", None, Facts("A"))]


@pytest.mark.parametrize(
    "answer", [Reply(status=404), Reply(status=503), Reply(body=b"x" * 50_000_000), redirect("http://10.0.0.1/feed")]
)
def test_a_feed_that_cannot_be_read_is_not_an_empty_one(server: Site, internet: Internet, answer: Reply) -> None:
    server.pages["/feed"] = answer
    [failed] = listed(internet)
    assert isinstance(failed, Unreadable)
    assert isinstance(failed.error, SourceUnreachable)
    assert URL in str(failed.error)
    server.pages["/feed"] = Reply(rss())
    assert listed(internet) == []


@pytest.mark.slow
def test_a_large_feed_is_read_in_a_time_that_grows_with_it(server: Site, internet: Internet) -> None:
    items = (f"<title>{n}</title><link>/{n}</link><description>{'&lt;p&gt;' * 300}</description>" for n in range(5_000))
    server.pages["/feed"] = Reply(rss(*items))
    started = time.monotonic()
    assert len(listed(internet, timeout=30)) == 5_000
    assert time.monotonic() - started < 20
