"""The page a citation opens: the exact quote marked, everything else inert."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from lxml import html
from starlette.testclient import TestClient

from service.settings import AuthSettings

if TYPE_CHECKING:
    from conftest import Shelf


def marked(page: str) -> list[str]:
    return [mark.text_content() for mark in html.fromstring(page).iter("mark")]


def squeezed(text: str) -> str:
    """Without white space: that between blocks is not drawn."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("question", ["How long is parental leave at full pay?", "出差报销应当在几个工作日内提交?"])
def test_a_citations_link_opens_its_quote(client: TestClient, question: str) -> None:
    citations = client.post("/v1/ask", json={"question": question}).json()["citations"]
    assert citations
    for citation in citations:
        assert citation["link"].endswith("#quote")
        response = client.get(citation["link"])
        assert response.status_code == 200
        assert squeezed("".join(marked(response.text))) == squeezed(citation["quote"])
        assert response.text.count('id="quote"') == 1


def test_any_span_is_marked_exactly(client: TestClient) -> None:
    text = client.get("/v1/articles/parental-leave").json()["text"]
    for start in range(0, len(text), 7):
        for end in (start + 1, start + 60, len(text)):
            if end <= len(text) and text[start:end].strip():
                page = client.get(f"/articles/parental-leave?start={start}&end={end}").text
                marks = marked(page)
                assert squeezed("".join(marks)) == squeezed(text[start:end])
                assert page.count('id="quote"') == 1
                if "\n" not in text[start:end]:
                    assert "".join(marks) == text[start:end]


def test_headings_lists_and_paragraphs_are_told_apart(client: TestClient) -> None:
    tree = html.fromstring(client.get("/articles/parental-leave").text)
    assert [h.text_content() for h in tree.iter("h1")] == ["Parental leave"]
    assert [h.text_content() for h in tree.iter("h2")] == ["How long it is", "How to ask for it"]
    assert [item.text_content()[:17] for item in tree.iter("li")] == ["- The first part ", "- The last part e"]
    shown = squeezed("".join(part.text_content() for part in tree.iter("h2", "p", "li")))
    assert shown == squeezed(client.get("/v1/articles/parental-leave").json()["text"])


def test_hostile_text_is_text(client: TestClient) -> None:
    page = client.get("/articles/hostile?start=0&end=30").text
    assert "<script" not in page
    assert [m.count("<script>") for m in marked(page)] == [1]
    assert "alert(2)" in html.fromstring(page).text_content()


def test_nothing_but_our_own_style_may_run(client: TestClient) -> None:
    for path in ("/", "/docs", "/articles/hostile", "/articles/none"):
        response = client.get(path)
        policy = response.headers["content-security-policy"]
        (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
        assert not re.search(r"<script|<img|<link|<iframe|\sstyle=|\son\w+=|@import|url\(", response.text)
        assert response.headers["x-content-type-options"] == "nosniff"


def test_languages_and_directions(client: TestClient) -> None:
    arabic = html.fromstring(client.get("/articles/ijaza").text)
    assert (arabic.get("lang"), arabic.get("dir")) == ("ar", "rtl")
    chinese = html.fromstring(client.get("/articles/baoxiao").text)
    assert (chinese.get("lang"), chinese.get("dir")) == ("zh", "ltr")


@pytest.mark.parametrize(
    "query", ["start=5&end=99999", "start=9&end=5", "start=5", "start=-1&end=4", "start=a&end=b", "start=5&end=5"]
)
def test_a_place_that_is_not_there_is_said(client: TestClient, query: str) -> None:
    response = client.get(f"/articles/parental-leave?{query}")
    assert response.status_code == 200
    assert "nothing is marked" in response.text
    assert marked(response.text) == []


@pytest.mark.parametrize("path", ["none", "none?version=1", "parental-leave?version=2", "parental-leave?version=x"])
def test_what_is_not_there_is_a_page(client: TestClient, path: str) -> None:
    response = client.get(f"/articles/{path}")
    assert response.status_code == 404
    assert "No such article" in response.text


def test_an_old_version_leads_to_the_current_one(shelf: Shelf) -> None:
    for year in ("2023", "2024"):
        shelf.put("vpn?.txt", f"VPN setup\n\nThe VPN of {year} needs a certificate.\n")
        shelf.ingest()
    client = shelf.serve()
    (article,) = client.get("/v1/articles").json()["articles"]
    page = client.get(f"/articles/{article['id']}?version=1").text
    assert "2023" in page
    assert "This is version 1; the article has changed since." in page
    assert "2024" in client.get(html.fromstring(page).xpath("//*[@class='note']/a/@href")[0]).text
    assert "has changed since" not in client.get(f"/articles/{article['id']}?version=2").text


def test_an_old_citation_says_what_became_of_its_quote(shelf: Shelf) -> None:
    shelf.put("vpn.txt", "VPN setup\n\nThe VPN of 2023 needs a certificate.\n\nAsk the help desk.\n")
    shelf.ingest()
    shelf.put("vpn.txt", "VPN setup\n\nThe VPN of 2024 needs <b>no</b> certificate.\n\nAsk the help desk.\n")
    shelf.ingest()
    client = shelf.serve()
    text = client.get("/v1/articles/vpn?version=1").json()["text"]
    at = text.index("The VPN")
    changed = html.fromstring(client.get(f"/articles/vpn?version=1&start={at}&end={at + 36}").text)
    assert changed.xpath("string(//del)") == "The VPN of 2023 needs a certificate."
    assert changed.xpath("string(//ins)") == "The VPN of 2024 needs <b>no</b> certificate."
    at = text.index("Ask the")
    same = html.fromstring(client.get(f"/articles/vpn?version=1&start={at}&end={at + 18}").text)
    assert "stands in it unchanged" in same.text_content()
    assert same.xpath("//del") == []
    now = client.get(same.xpath("//*[@class='note']/a/@href")[0]).text
    assert [m.text_content() for m in html.fromstring(now).xpath("//mark")] == ["Ask the help desk."]


def test_a_removed_article_still_opens_where_it_is_cited(shelf: Shelf) -> None:
    shelf.put("vpn.txt", "VPN setup\n\nThe VPN needs a certificate.\n")
    shelf.ingest()
    shelf.remove("vpn")
    client = shelf.serve()
    page = client.get("/articles/vpn?version=1&start=0&end=3").text
    assert "removed from search" in page
    assert len(marked(page)) == 1
    assert client.get("/articles/vpn").status_code == 404


def test_a_browser_without_a_key_is_told_on_a_page(shelf: Shelf) -> None:
    shelf.put("vpn.txt", "VPN setup\n\nThe VPN client needs a certificate.\n")
    shelf.ingest()
    shelf.settings = shelf.settings.model_copy(update={"auth": AuthSettings(required=True)})
    client = shelf.serve()
    response = client.get("/articles/vpn", headers={"accept": "text/html", "accept-language": "zh-CN"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"]
    assert "certificate" not in response.text
    assert "密钥" in response.text
    assert client.get("/articles/vpn").headers["content-type"] == "application/problem+json"
