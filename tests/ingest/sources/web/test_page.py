"""Single pages, from the server to what an extractor makes of them."""

from __future__ import annotations

import pytest

from ingest.errors import PermanentError
from ingest.extract import Draft, extractor_for
from ingest.sources.base import Facts, Fetched, Item, Unreadable
from ingest.sources.web.errors import RedirectsEndless
from ingest.sources.web.page import Document, Page, PageSource, read
from ingest.sources.web.response import NotModified
from tests.fakes.web import Internet, Reply, Site, redirect, visitor

URL = "http://handbook.example/travel"
CHINESE = "差旅由部门主管批准，特殊情况除外。"


def extracted(internet: Internet) -> Draft:
    document = read(visitor(internet), Page(URL))
    assert isinstance(document, Document)
    extract = extractor_for(f"page{document.suffix}")
    assert extract is not None
    return extract(document.data, URL)


def test_a_page_is_read_by_the_extractor_of_its_media_type(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = Reply(b"<title>Travel</title><h2>Approval</h2><p>By the head of department.")
    draft = extracted(internet)
    assert draft.title == "Travel"
    assert [(b.kind, b.text) for b in draft.blocks] == [
        ("heading", "Approval"),
        ("paragraph", "By the head of department."),
    ]


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("text/html; charset=gbk", '<meta charset="utf-8"><p>{}</p>'),
        ("text/html", '<meta charset="gb2312"><p>{}</p>'),
        ("text/plain; charset=GB18030", "{}"),
        ("text/markdown; charset=gbk", "# A\n\n{}"),
    ],
)
def test_a_chinese_page_is_read_wherever_its_charset_is_stated(
    server: Site, internet: Internet, media_type: str, text: str
) -> None:
    server.pages["/travel"] = Reply(text.format(CHINESE).encode("gbk"), media_type=media_type)
    assert extracted(internet).blocks[-1].text == CHINESE


def test_a_page_keeps_its_version_and_is_not_read_twice(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = lambda request: (
        Reply(status=304) if "if-none-match" in request.headers else Reply(b"<p>a</p>", headers={"ETag": '"1"'})
    )
    fetcher = visitor(internet)
    document = read(fetcher, Page(URL, facts=Facts("Travel")))
    assert isinstance(document, Document)
    assert document.facts.title == "Travel"
    assert read(fetcher, Page(URL), document.version) == NotModified(URL)
    assert isinstance(read(fetcher, Page(URL), "a version of something else"), Document)


def test_a_page_without_text_gets_the_extractor_s_sentence(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = Reply(b"<html><body><div id=app></div><script>fill()</script></body></html>")
    with pytest.raises(PermanentError, match=f"{URL} holds no text. If a script fills it in"):
        extracted(internet)


def test_a_page_of_another_format_is_named(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = Reply(b"\x89PNG\r\n\x1a\n", media_type="image/png")
    with pytest.raises(PermanentError, match=f"{URL} looks like a PNG image"):
        extracted(internet)


def test_a_source_of_one_page_lists_it_without_fetching(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = Reply(b"<p>a</p>")
    [item] = PageSource(visitor(internet), "HTTP://Handbook.example/./travel#x").list()
    assert isinstance(item, Item)
    assert (item.uri, item.name) == (URL, URL)
    assert server.requests == []
    content = item.fetch(None)
    assert isinstance(content, Fetched)
    assert content.data.endswith(b"<p>a</p>")
    assert content.facts.url == URL


def test_a_source_of_a_page_that_redirects_for_ever_says_so(server: Site, internet: Internet) -> None:
    server.pages["/travel"] = redirect("/travel")
    [item] = PageSource(visitor(internet), URL).list()
    assert isinstance(item, Item)
    with pytest.raises(RedirectsEndless, match=f"{URL} redirects in a circle"):
        item.fetch(None)


def test_a_source_of_no_page_says_so(internet: Internet) -> None:
    [item] = PageSource(visitor(internet), "handbook.example/travel").list()
    assert isinstance(item, Unreadable)
    assert "has to begin with https:// or http://" in str(item.error)
