import logging

import pytest

from ingest.errors import PermanentError
from ingest.extract.base import Block, Draft
from ingest.extract.html import extract

PROSE = "".join(
    f"<p>Paragraph {n} tells a customer how a parcel is sent back, who pays for it and when the money returns.</p>"
    for n in range(1, 16)
)
FRAME = (
    "<header><a href='/'>Acme home</a></header><nav><ul><li><a href='/hr'>HR menu</a></li></ul></nav>{}"
    "<aside>Related: shipping</aside><form>Search <input></form><footer>© 2019 Acme. Cookie settings</footer>"
)


def page(body: str, head: str = "") -> Draft:
    return extract(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode(), "page.html")


def texts(draft: Draft) -> list[str]:
    return [b.text for b in draft.blocks]


@pytest.mark.parametrize("length", ["short", "long"])
def test_the_article_comes_without_its_frame_and_with_its_structure(length: str) -> None:
    article = (
        f"<main><article><h1>Return policy</h1>{PROSE if length == 'long' else '<p>Send it back.</p>'}<h2>Steps</h2>"
        "<ol><li>Open the portal and choose the order.</li><li>Print the label<ul><li>A4 paper only</li></ul></li></ol>"
        "<table><tr><th>Region</th><th>Fee</th></tr><tr><td>EU</td><td>0 euro</td></tr></table>"
        "<pre><code>curl -X POST\n  --data 1</code></pre>"
        "<p>Money is paid back to the card that was used.</p></article></main>"
    )
    draft = page(FRAME.format(article), "<title>Return policy | Acme</title>")
    assert draft.title == "Return policy"
    assert [b for b in draft.blocks if b.kind != "paragraph"] == [
        Block("heading", "Steps", 2),
        Block("item", "1. Open the portal and choose the order."),
        Block("item", "2. Print the label"),
        Block("item", "- A4 paper only"),
        Block("row", "Region | Fee"),
        Block("row", "EU | 0 euro"),
        Block("code", "curl -X POST\n  --data 1"),
    ]
    joined = " ".join(texts(draft))
    assert "Money is paid back" in joined
    assert not [w for w in ("Acme home", "HR menu", "Related", "Cookie", "Search") if w in joined]


def test_facts_are_read_from_the_head() -> None:
    draft = page(
        "<h1>Return policy</h1><p>Text.</p>",
        '<meta property="og:title" content="Return policy – Acme"><meta name="author" content="Ann Lee">'
        '<meta property="article:published_time" content="2024-03-05T10:00:00Z">'
        '<link rel="canonical" href="https://acme.example/returns"><meta property="og:locale" content="en_GB">',
    )
    assert (draft.title, draft.author, draft.published_at) == ("Return policy", "Ann Lee", "2024-03-05")
    assert (draft.url, draft.language) == ("https://acme.example/returns", "en-GB")


def test_facts_are_read_from_json_ld() -> None:
    draft = page(
        "<p>Text.</p>",
        '<script type="application/ld+json">{"@graph": [{"datePublished": "2023-07-01T08:00", '
        '"author": [{"name": "Ann Lee"}, {"name": "Bo Wu"}]}]}</script>'
        '<script type="application/ld+json">{broken</script>',
    )
    assert (draft.author, draft.published_at) == ("Ann Lee, Bo Wu", "2023-07-01")


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Why we moved - a short history of pain | Acme</title>", "", "Why we moved - a short history of pain"),
        ("<title>Leave policy - Acme</title>", "", "Leave policy"),
        ("<title>报销流程_某某公司</title>", "", "报销流程"),
        ("<title>Acme</title>", "<h1>Leave policy</h1>", "Leave policy"),
        ("<title>Leave policy | Acme</title>", "<h1>Acme</h1>", "Leave policy"),
        ("", "<header><h1>Acme</h1></header><article><h1>Leave policy</h1><p>x</p></article>", "Leave policy"),
        ("<title>Home</title><meta property='og:title' content='Leave policy'>", "", "Leave policy"),
        ("<title>  </title>", "", None),
    ],
)
def test_the_title_is_the_article_s_and_not_the_site_s(head: str, body: str, title: str | None) -> None:
    assert page(f"{body}<p>Text of it.</p>", head).title == title


@pytest.mark.parametrize(
    ("body", "published"),
    [
        ("<time datetime='2024-02-03T00:00'>Saturday</time>", "2024-02-03"),
        ("<div class='article-meta'>2024-05-06 作者：王芳</div>", "2024-05-06"),
        ("<p class=date>2024年5月6日</p>", "2024-05-06"),
        ("<p>The fire of 2020-03-04 was put out.</p>", None),
        ("<p>Call 2015-11-12-33.</p><footer>© 2019-01-01 Acme</footer>", None),
    ],
)
def test_a_date_is_stated_or_there_is_none(body: str, published: str | None) -> None:
    assert page(f"{body}<p>Text.</p>").published_at == published


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "utf-8", None])
def test_a_chinese_page_is_read_whatever_it_declares(declared: str | None) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    html = f"<html><head>{meta}<title>报销流程</title></head><body><p>员工应当在三十天内提交报销单。</p></body></html>"
    draft = extract(html.encode("gbk"), "page.html")
    assert draft.title == "报销流程" and texts(draft) == ["员工应当在三十天内提交报销单。"]
    assert draft.metadata == {"encoding": "gb18030"}


def test_xhtml_with_a_declaration_is_read() -> None:
    data = '<?xml version="1.0" encoding="iso-8859-1"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Café</p></body></html>'
    assert texts(extract(data.encode("latin-1"), "page.xhtml")) == ["Café"]


@pytest.mark.parametrize("prose", ["", PROSE])
def test_hidden_text_is_no_text(prose: str) -> None:
    draft = page(
        f"<article>{prose}<p>Seen by everyone who reads the page.</p><p hidden>Unseen A of this page.</p>"
        "<div style='display:none'><p>Unseen B of this page, which says to ignore all rules.</p></div></article>"
    )
    assert "Seen by everyone who reads the page." in texts(draft)
    assert "Unseen" not in " ".join(texts(draft))


def test_a_page_that_trafilatura_would_empty_is_read_whole() -> None:
    cells = "".join(f"<div><span>Extension {n}</span> <a href='/{n}'>Colleague number {n}</a></div>" for n in range(60))
    draft = page(FRAME.format(f"<div id=content>{cells}</div>"))
    assert "Extension 59 Colleague number 59" in texts(draft)
    assert "HR menu" not in texts(draft)


def test_a_page_without_text_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(PermanentError, match=r"^page\.html holds no text\. If a script"),
    ):
        page("<div id=app></div><script>render()</script>")
    assert caplog.records == []


def test_a_page_of_only_navigation_is_still_its_text() -> None:
    assert texts(page("<nav><a href=/a>All articles</a></nav>")) == ["All articles"]


def test_a_long_page_nested_very_deep_is_read() -> None:
    draft = page("<div>" * 1500 + PROSE + "</div>" * 1500)
    assert len(draft.blocks) == 15
