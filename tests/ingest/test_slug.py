import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.slug import slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("618 Live Streaming.txt", "618-live-streaming"),
        ("report.v2.docx", "report-v2"),
        ("articles.jsonl.gz", "articles"),
        ("员工手册（2024）.pdf", "员工手册-2024"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ.md", "full-width"),
        ("a__b--c.html", "a-b-c"),
        ("Übersicht.txt", "übersicht"),
        ("https://www.example.org/guides/VPN-setup.html", "example-org-guides-vpn-setup"),
        ("notes", "notes"),
        ("!!!.txt", "article"),
        ("", "article"),
    ],
)
def test_a_slug_is_readable(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text())
def test_a_slug_is_never_empty_short_and_safe_in_a_path(name: str) -> None:
    slug = slug_of(name)
    assert 0 < len(slug) <= 80
    assert slug == slug.strip("-").lower()
    assert all(c.isalnum() or c == "-" for c in slug)
    assert slug_of(slug) == slug
